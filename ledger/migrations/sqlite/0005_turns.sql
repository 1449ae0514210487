-- The day on which another stay or another unit of a resident begins to count by the platform.

ALTER TABLE links ADD COLUMN turns_on TEXT;

CREATE INDEX links_turns_on ON links (account, turns_on) WHERE turns_on IS NOT NULL;
