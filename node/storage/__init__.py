"""The node's own tables beside its records: callers, queries asked, replay rows, disclosures.

The only place of the node, with ``records`` and ``sources``, that knows SQL.
"""
