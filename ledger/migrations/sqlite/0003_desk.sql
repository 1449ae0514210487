-- What a server keeps: who may do what, what people did, what came in, and what was told.

CREATE TABLE users (
    name TEXT PRIMARY KEY,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_name TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_user ON sessions (user_name);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    account TEXT,
    at TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_account ON audit (account, id);

CREATE TABLE pauses (
    account TEXT PRIMARY KEY,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    digest TEXT NOT NULL,
    received_at TEXT NOT NULL,
    worked_on INTEGER NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (account, digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_open ON deliveries (account, id) WHERE NOT worked_on;

CREATE TABLE alerts (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (account, kind)
) STRICT, WITHOUT ROWID;
