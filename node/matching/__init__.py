"""Search: exact on identifiers, by evidence on names. What is found is weighed and can be explained.

Knows the register's reading interfaces and nothing of who asks: what a requester may learn of a
candidate is decided elsewhere.
"""
