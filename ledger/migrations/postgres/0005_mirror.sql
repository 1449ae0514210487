-- Latchel's records as a mirror keeps them, without contact data, and the walks through its lists.

CREATE TABLE mirror_records (
    account TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id BIGINT NOT NULL,
    reference TEXT COLLATE "C",
    place BIGINT,
    number TEXT COLLATE "C",
    changed_at BIGINT,
    walk BIGINT NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, kind, id)
);

CREATE INDEX mirror_records_reference ON mirror_records (account, kind, reference);
CREATE INDEX mirror_records_place ON mirror_records (account, kind, place) WHERE place IS NOT NULL;
CREATE INDEX mirror_records_number ON mirror_records (account, kind, number) WHERE number IS NOT NULL;
CREATE INDEX mirror_records_changed ON mirror_records (account, kind, changed_at) WHERE changed_at IS NOT NULL;

CREATE TABLE mirror_walks (
    account TEXT COLLATE "C" NOT NULL,
    list TEXT COLLATE "C" NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, list)
);
