-- Accounts whose configuration is in the ledger, and the number of their last change, by which processes see that there was one.

CREATE TABLE kept_accounts (
    name TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    data TEXT NOT NULL
);

CREATE TABLE kept_revision (
    revision BIGINT NOT NULL
);

INSERT INTO kept_revision (revision) VALUES (0);
