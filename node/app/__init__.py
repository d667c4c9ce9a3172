"""Composition root of a node: reads settings, builds the parts, runs them, stops them in order.

foundation   what everything stands on: database, directory, keys, ledger
law          the law in force, and how it is changed
searching    the register's search
exchange     both halves of the exchange, over the links to the gateways
listeners    what the agency's systems, officers and auditors call
running      the node while it runs, and its housekeeping
"""

from node.app.running import NodeApp, serve

__all__ = ["NodeApp", "serve"]
