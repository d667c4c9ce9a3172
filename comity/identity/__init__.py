"""Who is who: names, the signed directory, key statements, join phrases and tokens.

Decisions here are pure functions over bytes and values; the only files touched are those of
``DirectoryStore`` and ``OwnKeys``, thin edges that write atomically. Nothing here knows gRPC, protobuf,
SQL or Casbin, and nothing here reads a clock: the time is a parameter.
"""
