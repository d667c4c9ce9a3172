"""Tools for whoever writes law: check, test, explain, compare, prove, look up in reverse, replay.

Pure over loaded bundles: every decision they show is the bundle's own, every condition they name comes from
the matcher's own text (``comity.rulings.anatomy``). They know folders and rows, and must never know
storage, gRPC, protobuf or the values of records.
"""
