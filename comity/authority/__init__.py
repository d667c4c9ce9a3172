"""The federation authority: offline root, enrolment, revocation, freshness; and the joiner's side of it.

It runs on its own host, in its own process. It knows who is a member and nothing of any traffic: no
envelope, no query and no record ever comes near it.
"""
