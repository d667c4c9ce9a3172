"""Comity's kernel and SDK: what gateway, node, authority and client share.

It imports neither ``gateway`` nor ``node``. ``errors``, ``envelope``, ``identity`` and ``ledger`` are
pure: they know no gRPC, SQL or Casbin.
"""

from comity.version import __version__

__all__ = ["__version__"]
