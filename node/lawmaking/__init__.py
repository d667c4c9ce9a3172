"""Putting law in force: drafts, two approvals by others than the author, signed and numbered revisions.

It knows archives of law and who did what when. It must never know records, queries, gRPC or protobuf.
"""
