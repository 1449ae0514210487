-- Facts about an account that its runs tell together, so that nobody reads them to know; a day's runs, counted; and runs that
-- found nothing, which are forgotten sooner.

CREATE TABLE account_states (
    account TEXT PRIMARY KEY,
    data TEXT NOT NULL
) STRICT;

CREATE TABLE run_days (
    account TEXT NOT NULL,
    day TEXT NOT NULL,
    runs INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    partly INTEGER NOT NULL,
    writes INTEGER NOT NULL,
    PRIMARY KEY (account, day)
) STRICT;

-- The days of runs that are there, by UTC: what an account's own zone is, the ledger does not know.
INSERT INTO run_days (account, day, runs, failed, partly, writes)
SELECT account, SUBSTR(data ->> 'now', 1, 10), COUNT(*),
    COUNT(*) FILTER (WHERE data ->> 'status' IN ('failed', 'partial')),
    COUNT(*) FILTER (WHERE data ->> 'status' = 'partial'),
    COALESCE(SUM((SELECT SUM(value ->> 'writes') FROM json_each(data -> 'phases'))), 0)
FROM runs
GROUP BY 1, 2;

ALTER TABLE runs ADD COLUMN idle_at TEXT;

CREATE INDEX runs_idle ON runs (idle_at) WHERE idle_at IS NOT NULL;
