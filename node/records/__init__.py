"""What a node holds: records, their fields and labels, normal forms, and the store.

Protobuf is unknown here; fields are named by the catalogue's paths. Knows no policy: it reads what it is
asked to read, and no more.
"""
