-- Columns beside `data` are the ones that queries look at; `data` is the whole record as JSON.
-- Nothing refers to `accounts`: a plan records into a scratch ledger that has none.

CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    sync_start TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE links (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    latchel_id INTEGER NOT NULL,
    platform_number TEXT,
    latchel_number TEXT,
    move_in TEXT,
    move_out TEXT,
    evaluated_on TEXT,
    data TEXT NOT NULL,
    PRIMARY KEY (account, kind, platform_id),
    UNIQUE (account, kind, latchel_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX links_platform_number ON links (account, kind, platform_number);
CREATE INDEX links_latchel_number ON links (account, kind, latchel_number);
CREATE INDEX links_move_in ON links (account, move_in) WHERE move_in IS NOT NULL;
CREATE INDEX links_move_out ON links (account, move_out) WHERE move_out IS NOT NULL;

CREATE TABLE intents (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    source_id TEXT NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (account, kind, side, source_id)
) STRICT;

CREATE TABLE outcomes (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    id TEXT NOT NULL,
    counterpart TEXT,
    reason TEXT NOT NULL,
    summary TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (account, kind, side, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX outcomes_counterpart ON outcomes (account, kind, counterpart);
CREATE INDEX outcomes_reason ON outcomes (account, reason);

CREATE TABLE outcome_history (
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    id TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (run, kind, side, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pending (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    id TEXT NOT NULL,
    since TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    dismissed INTEGER NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (account, kind, side, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_account ON runs (account, id);

CREATE TABLE leases (
    account TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    holder TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

CREATE TABLE watermarks (
    account TEXT NOT NULL,
    phase TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (account, phase)
) STRICT;
