"""The gateway: relays sealed envelopes between members' nodes and cannot read them.

It knows who asks whom, when, under which purpose and instrument, and sizes in buckets. It must never
know search terms, answers, officers' names, release rules or a node's private key. It imports ``comity``,
never ``node``.
"""
