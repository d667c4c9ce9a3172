"""``comity-gateway``: joining, serving, checking."""
