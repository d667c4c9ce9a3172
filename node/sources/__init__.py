"""Importers: published lists and an agency's own files become records, row by row.

Each format is a small module with one generator, ``read(path)``, that yields records and, for every row
it cannot use, a ``Quarantined`` with line and reason. Files are hostile until read: every line, element,
document and unpacked size has a bound. This package knows files and ``node.records``; it may not know
policies, queries, the exchange or the network.
"""
