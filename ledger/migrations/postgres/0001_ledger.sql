-- Columns beside `data` are the ones that queries look at; `data` is the whole record as JSON.
-- Nothing refers to `accounts`: a plan records into a scratch ledger that has none.

CREATE TABLE accounts (
    name TEXT COLLATE "C" PRIMARY KEY,
    sync_start TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE links (
    account TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    platform_id TEXT COLLATE "C" NOT NULL,
    latchel_id BIGINT NOT NULL,
    platform_number TEXT COLLATE "C",
    latchel_number TEXT COLLATE "C",
    move_in DATE,
    move_out DATE,
    evaluated_on DATE,
    data TEXT NOT NULL,
    PRIMARY KEY (account, kind, platform_id),
    UNIQUE (account, kind, latchel_id)
);

CREATE INDEX links_platform_number ON links (account, kind, platform_number);
CREATE INDEX links_latchel_number ON links (account, kind, latchel_number);
CREATE INDEX links_move_in ON links (account, move_in) WHERE move_in IS NOT NULL;
CREATE INDEX links_move_out ON links (account, move_out) WHERE move_out IS NOT NULL;

CREATE TABLE intents (
    id TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (account, kind, side, source_id)
);

CREATE TABLE outcomes (
    account TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    counterpart TEXT COLLATE "C",
    reason TEXT COLLATE "C" NOT NULL,
    summary TEXT COLLATE "C" NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (account, kind, side, id)
);

CREATE INDEX outcomes_counterpart ON outcomes (account, kind, counterpart);
CREATE INDEX outcomes_reason ON outcomes (account, reason);

CREATE TABLE outcome_history (
    run TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (run, kind, side, id)
);

CREATE TABLE pending (
    account TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    attempts BIGINT NOT NULL,
    dismissed BOOLEAN NOT NULL,
    summary TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, kind, side, id)
);

CREATE TABLE runs (
    id TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL,
    data TEXT NOT NULL
);

CREATE INDEX runs_account ON runs (account, id);

CREATE TABLE leases (
    account TEXT COLLATE "C" NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    run TEXT COLLATE "C" NOT NULL,
    epoch BIGINT NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    taken_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account, phase)
);

CREATE TABLE watermarks (
    account TEXT COLLATE "C" NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account, phase)
);
