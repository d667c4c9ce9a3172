"""``comity-node``: joining, serving, importing, and who may call."""
