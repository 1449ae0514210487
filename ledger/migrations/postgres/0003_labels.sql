-- What people know a record by, so that a work order is found by its number and a property by its name before it is
-- linked. Cut, because an index takes no long text.

ALTER TABLE outcomes ADD COLUMN label TEXT COLLATE "C";

UPDATE outcomes
SET label = NULLIF(LEFT(CAST(REPLACE(data, '\u0000', '\ufffd') AS JSON) ->> 'label', 200), '');

CREATE INDEX outcomes_label ON outcomes (account, kind, label) WHERE label IS NOT NULL;
