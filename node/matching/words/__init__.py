"""What a published name is made of: words, their readings, and the keys two spellings share.

Pure and total: any text has readings, at worst none, in bounded time. Index and query use the same
functions; whoever changes what they return raises ``readings.NORMALISER_VERSION``, and every snapshot
built before is built again.
"""
