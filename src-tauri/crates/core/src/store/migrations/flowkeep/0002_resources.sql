-- What an account has upstream, and which client token made it (D8). The label
-- outlives its account, so that an error can name it; there is no foreign key
-- for the same reason.
CREATE TABLE resources (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    account_label TEXT NOT NULL,
    client TEXT,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX resources_created ON resources (created_at_ms);
