-- Key of the property that a record waits for, so that what waits is followed to its cause without reading the records.

ALTER TABLE outcomes ADD COLUMN waits_for TEXT COLLATE "C";

UPDATE outcomes SET waits_for =
    REPLACE(REPLACE(REPLACE((CAST(REPLACE(data, '\u0000', '\ufffd') AS JSON) -> 'waits_for' ->> 'property'), '%', '%25'), '/', '%2F'), '@', '%40')
    || COALESCE('/' || REPLACE(REPLACE(REPLACE((CAST(REPLACE(data, '\u0000', '\ufffd') AS JSON) -> 'waits_for' ->> 'unit'), '%', '%25'), '/', '%2F'), '@', '%40'), '')
WHERE CAST(REPLACE(data, '\u0000', '\ufffd') AS JSON) -> 'waits_for' ->> 'property' IS NOT NULL;

CREATE INDEX outcomes_waits_for ON outcomes (account, waits_for) WHERE waits_for IS NOT NULL;
