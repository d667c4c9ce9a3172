"""`RelayService` over gRPC: protobuf stops here."""
