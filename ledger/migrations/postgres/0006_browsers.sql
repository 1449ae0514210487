-- Browsers that people connected, and offers to connect one; and Latchel's word for a work order in its pages' addresses.

CREATE TABLE browsers (
    id TEXT COLLATE "C" PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    user_name TEXT COLLATE "C" NOT NULL,
    data TEXT NOT NULL
);

CREATE TABLE pairings (
    hash TEXT COLLATE "C" PRIMARY KEY,
    user_name TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    data TEXT NOT NULL
);

ALTER TABLE mirror_records ADD COLUMN slug TEXT COLLATE "C";

CREATE INDEX mirror_records_slug ON mirror_records (account, kind, slug) WHERE slug IS NOT NULL;
