"""Tables of the node's exchange. Created and changed by Alembic (``migrations/``), never by hand."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

# Systems and officers of this agency that may call this node.
caller = Table(
    "caller",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(32), nullable=False),
    Column("public_key_sha256", LargeBinary(32), nullable=False),
    Column("added_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)

# What an operator entered beside an officer: sworn, cleared, certified; each until a day (ISO 8601).
qualification = Table(
    "qualification",
    metadata,
    Column("caller", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("word", String(32), primary_key=True),
    Column("level", BigInteger, nullable=False),
    Column("until", String(10), nullable=False),
    Column("entered_ms", BigInteger, nullable=False),
)

# What was asked before; the wording stays here, released data is not kept.
query = Table(
    "query",
    metadata,
    Column("query_id", LargeBinary(32), primary_key=True),
    Column("asked_ms", BigInteger, nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("question", LargeBinary, nullable=False),
    Column("answers", Text),
    Column("summary", Text),
    Index("query_by_time", "asked_ms", "query_id"),
)

# Owners' receipts for what they disclosed to this node. By the time of the question first, so that what is
# written together lies together.
receipt = Table(
    "receipt",
    metadata,
    Column("asked_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("query_id", LargeBinary(32), primary_key=True),
    Column("source", String(32), primary_key=True),
    Column("proof", LargeBinary, nullable=False),
)

# One row for each message id of each sender, so that nothing is executed twice. One that was answered has a
# disclosure.
replay = Table(
    "replay",
    metadata,
    Column("sender_kid", LargeBinary(16), primary_key=True),
    Column("msg_id", LargeBinary(16), primary_key=True),
    Column("query_id", LargeBinary(32), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Index("replay_by_expiry", "expires_ms"),
)

# The same message id with another envelope: proof that a sender, or a thief of its key, cheats.
replay_conflict = Table(
    "replay_conflict",
    metadata,
    Column("query_id", LargeBinary(32), primary_key=True),
    Column("sender_kid", LargeBinary(16), nullable=False),
    Column("msg_id", LargeBinary(16), nullable=False),
    Column("first_query_id", LargeBinary(32), nullable=False),
)

# Envelopes that expire at or before the floor are refused, whatever the clock says.
replay_floor = Table(
    "replay_floor",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("floor_ms", BigInteger, nullable=False),
)

# The full ruling of each answered query, for the owner and its auditor: forms and rows, no values.
disclosure = Table(
    "disclosure",
    metadata,
    Column("query_id", LargeBinary(32), primary_key=True),
    Column("answer_id", LargeBinary(32), nullable=False),
    Column("ruling", LargeBinary, nullable=False),
)

# Law that an officer proposed: its files as one archive, and what was wrong with it.
policy_draft = Table(
    "policy_draft",
    metadata,
    Column("draft_id", String(12), primary_key=True),
    Column("author", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_ms", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("packs", Text, nullable=False),
    Column("archive", LargeBinary, nullable=False),
    Column("problems", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False, default=0),
    Index("policy_draft_by_time", "proposed_ms", "draft_id"),
)

# Who approved exactly which files.
policy_approval = Table(
    "policy_approval",
    metadata,
    Column("draft_id", String(12), primary_key=True),
    Column("approver", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("approved_ms", BigInteger, nullable=False),
)

# Published law: a signed statement and the files it names. Rows are never changed.
policy_revision = Table(
    "policy_revision",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("statement", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("archive", LargeBinary, nullable=False),
    Column("ledger_index", BigInteger, nullable=False),
)

# Records of other agencies that are not the person sought; the person goes by the agency's own reference.
homonym_mark = Table(
    "homonym_mark",
    metadata,
    Column("mark_id", String(12), primary_key=True),
    Column("subject_reference", String(64), nullable=False),
    Column("source", String(32), nullable=False),
    Column("record_reference", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_ms", BigInteger, nullable=False),
    Column("withdrawn_by", String(64)),
    Column("withdrawn_ms", BigInteger),
    Column("withdrawal_reason", Text),
    Index("homonym_mark_by_subject", "subject_reference"),
    Index("homonym_mark_by_time", "set_ms", "mark_id"),
)

# What desks of this agency have to do; written in the transaction of the disclosure that made it.
task = Table(
    "task",
    metadata,
    Column("task_id", String(12), primary_key=True),
    Column("desk", String(32), nullable=False),
    Column("what", String(64), nullable=False),
    Column("query_id", LargeBinary(32), nullable=False),
    Column("requester", String(32), nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("reference", String(64), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("done_ms", BigInteger),
    Column("done_by", String(64)),
    Column("note", Text),
    Index("task_by_due", "done_ms", "due_ms"),
)
