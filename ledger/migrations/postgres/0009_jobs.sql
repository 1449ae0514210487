-- Jobs of the server as people see them, which all processes share; when each part of an account is due; and duties that one
-- process at a time has. Who works on what is kept beside them, in a schema of its own.

CREATE TABLE jobs (
    id TEXT COLLATE "C" PRIMARY KEY,
    key TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    rank SMALLINT NOT NULL,
    holds TEXT COLLATE "C" NOT NULL,
    request TEXT NOT NULL,
    task BIGINT,
    worker TEXT COLLATE "C",
    ended_at TIMESTAMPTZ,
    data TEXT NOT NULL,
    result TEXT
);

CREATE UNIQUE INDEX jobs_open ON jobs (key) WHERE state <> 'ended';

CREATE INDEX jobs_of_account ON jobs (account, id);

CREATE INDEX jobs_ended ON jobs (ended_at) WHERE state = 'ended';

CREATE TABLE due_dates (
    account TEXT COLLATE "C" NOT NULL,
    part TEXT COLLATE "C" NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    late_from TIMESTAMPTZ,
    epoch BIGINT NOT NULL,
    is_late BOOLEAN NOT NULL,
    is_slow BOOLEAN NOT NULL,
    timetable TEXT NOT NULL,
    PRIMARY KEY (account, part)
);

CREATE INDEX due_dates_late ON due_dates (late_from);

CREATE TABLE duties (
    name TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    until_at TIMESTAMPTZ NOT NULL
);
