"""What benches share: their frame, a federation to measure, load, and the things to compare with."""
