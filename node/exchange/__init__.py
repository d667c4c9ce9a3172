"""Use cases of the exchange: asking on one side, answering on the other.

Knows no gRPC, protobuf, SQL or Casbin: it is given ports (``node.exchange.ports``) and plain values.
"""
