"""Measurements, each against named alternatives in the same run: ``python -m bench NAME``."""
