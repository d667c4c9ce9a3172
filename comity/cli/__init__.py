"""The program ``comity``: commands for officers and auditors, and how their output reads.

It asks through ``comity.client`` and knows no server; parts with commands of their own bring them along by
entry point.
"""
