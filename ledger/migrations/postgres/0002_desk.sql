-- What a server keeps: who may do what, what people did, what came in, and what was told.

CREATE TABLE users (
    name TEXT COLLATE "C" PRIMARY KEY,
    data TEXT NOT NULL
);

CREATE TABLE sessions (
    id TEXT COLLATE "C" PRIMARY KEY,
    user_name TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    data TEXT NOT NULL
);

CREATE INDEX sessions_user ON sessions (user_name);

CREATE TABLE audit (
    id TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C",
    at TIMESTAMPTZ NOT NULL,
    data TEXT NOT NULL
);

CREATE INDEX audit_account ON audit (account, id);

CREATE TABLE pauses (
    account TEXT COLLATE "C" PRIMARY KEY,
    data TEXT NOT NULL
);

CREATE TABLE deliveries (
    id TEXT COLLATE "C" PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    worked_on BOOLEAN NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (account, digest)
);

CREATE INDEX deliveries_open ON deliveries (account, id) WHERE NOT worked_on;

CREATE TABLE alerts (
    account TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (account, kind)
);
