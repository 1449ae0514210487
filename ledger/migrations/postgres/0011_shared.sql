-- What several processes keep together: rate limits of other systems, and tries to log in.

CREATE TABLE call_limits (
    name TEXT COLLATE "C" PRIMARY KEY,
    used_at TIMESTAMPTZ NOT NULL,
    data TEXT NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE tries (
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE INDEX tries_last ON tries (last_at);
