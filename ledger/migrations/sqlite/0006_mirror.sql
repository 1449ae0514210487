-- Latchel's records as a mirror keeps them, without contact data, and the walks through its lists.

CREATE TABLE mirror_records (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    reference TEXT,
    place INTEGER,
    number TEXT,
    changed_at INTEGER,
    walk INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (account, kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX mirror_records_reference ON mirror_records (account, kind, reference);
CREATE INDEX mirror_records_place ON mirror_records (account, kind, place) WHERE place IS NOT NULL;
CREATE INDEX mirror_records_number ON mirror_records (account, kind, number) WHERE number IS NOT NULL;
CREATE INDEX mirror_records_changed ON mirror_records (account, kind, changed_at) WHERE changed_at IS NOT NULL;

CREATE TABLE mirror_walks (
    account TEXT NOT NULL,
    list TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (account, list)
) STRICT, WITHOUT ROWID;
