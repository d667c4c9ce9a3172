"""What agency systems call, and nothing of what happens behind it: protobuf stops here."""
