-- What several processes keep together: rate limits of other systems, and tries to log in.

CREATE TABLE call_limits (
    name TEXT PRIMARY KEY,
    used_at TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tries (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX tries_last ON tries (last_at);
