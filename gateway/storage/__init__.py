"""The gateway's own tables beside its ledger: what each member used of its daily quota."""
