"""Held links to the gateways, and the bytes of sealed messages: protobuf stops here.

It knows no policy, no record and no caller.
"""
