"""The use case: which envelope may go where, who still owes an answer, what the ledger says of it.

Knows no gRPC, protobuf, SQL or Casbin; it is given ports and plain values.
"""
