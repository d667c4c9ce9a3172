"""gRPC glue shared by gateway, node, authority and client.

TLS and who is at the other end, errors turned into what a caller may know, the coalescing writer of a
link, starting and stopping a server. It knows no use case and no storage.
"""
