"""Generated: what other contracts define."""
