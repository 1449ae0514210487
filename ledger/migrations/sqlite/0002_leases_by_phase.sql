-- One run at a time for each account and phase. A lease outlives no upgrade: nobody is running during one.

DROP TABLE leases;

CREATE TABLE leases (
    account TEXT NOT NULL,
    phase TEXT NOT NULL,
    run TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    holder TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (account, phase)
) STRICT;
