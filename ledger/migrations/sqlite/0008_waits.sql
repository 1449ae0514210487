-- Key of the property that a record waits for, so that what waits is followed to its cause without reading the records.

ALTER TABLE outcomes ADD COLUMN waits_for TEXT;

UPDATE outcomes SET waits_for =
    REPLACE(REPLACE(REPLACE(data -> 'waits_for' ->> 'property', '%', '%25'), '/', '%2F'), '@', '%40')
    || COALESCE('/' || REPLACE(REPLACE(REPLACE(data -> 'waits_for' ->> 'unit', '%', '%25'), '/', '%2F'), '@', '%40'), '')
WHERE data -> 'waits_for' ->> 'property' IS NOT NULL;

CREATE INDEX outcomes_waits_for ON outcomes (account, waits_for) WHERE waits_for IS NOT NULL;
