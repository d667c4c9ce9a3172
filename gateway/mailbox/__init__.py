"""Durable delivery: ciphertext kept until it is acknowledged.

The place is kept; interactive queries need none of it.
"""
