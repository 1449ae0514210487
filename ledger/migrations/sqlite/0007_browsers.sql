-- Browsers that people connected, and offers to connect one; and Latchel's word for a work order in its pages' addresses.

CREATE TABLE browsers (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_name TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pairings (
    hash TEXT PRIMARY KEY,
    user_name TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE mirror_records ADD COLUMN slug TEXT;

CREATE INDEX mirror_records_slug ON mirror_records (account, kind, slug) WHERE slug IS NOT NULL;
