"""The federation's coarse policy: may this member send this, under this instrument, to that member."""
