"""The mirror of the signed directory and of key statements. It passes on; it can introduce nothing."""
