"""The name index: a lexicon of distinct words that have keys, and rows of names that have words.

A segment is a set of arrays, memory-mapped when it is large. The register's tables are the truth: a
segment only proposes names, and whoever reads it looks each of them up before believing it.
"""
