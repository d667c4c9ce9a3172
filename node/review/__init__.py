"""Human decisions that a ruling asked for. The place is kept; the two-step exchange fills it."""
