-- Facts about an account that its runs tell together, so that nobody reads them to know; a day's runs, counted; and runs that
-- found nothing, which are forgotten sooner.

CREATE TABLE account_states (
    account TEXT COLLATE "C" PRIMARY KEY,
    data TEXT NOT NULL
);

CREATE TABLE run_days (
    account TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    runs BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    partly BIGINT NOT NULL,
    writes BIGINT NOT NULL,
    PRIMARY KEY (account, day)
);

-- The days of runs that are there, by UTC: what an account's own zone is, the ledger does not know.
INSERT INTO run_days (account, day, runs, failed, partly, writes)
SELECT account, CAST(SUBSTRING(run ->> 'now' FROM 1 FOR 10) AS DATE), COUNT(*),
    COUNT(*) FILTER (WHERE run ->> 'status' IN ('failed', 'partial')),
    COUNT(*) FILTER (WHERE run ->> 'status' = 'partial'),
    COALESCE(SUM((SELECT SUM(CAST(phase ->> 'writes' AS BIGINT)) FROM json_array_elements(run -> 'phases') AS phase)), 0)
FROM (SELECT account, CAST(REPLACE(data, '\u0000', '\ufffd') AS JSON) AS run FROM runs) AS known
GROUP BY 1, 2;

ALTER TABLE runs ADD COLUMN idle_at TIMESTAMPTZ;

CREATE INDEX runs_idle ON runs (idle_at) WHERE idle_at IS NOT NULL;
