"""The owner's law as the exchange asks it: contexts in, masks and decisions out.

What a request is, is established here from the routing, the verified signer and the clock. Casbin itself
lives in ``comity.rulings``.
"""
