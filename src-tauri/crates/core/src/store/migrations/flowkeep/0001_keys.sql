CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    account_id TEXT PRIMARY KEY NOT NULL,
    label TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL,
    state TEXT NOT NULL,
    condition_text TEXT,
    condition_status INTEGER,
    condition_vendor_code INTEGER,
    condition_since_ms INTEGER,
    condition_next_retry_ms INTEGER,
    balance_nano INTEGER,
    balance_currency TEXT,
    balance_source TEXT,
    balance_as_of_ms INTEGER,
    created_at_ms INTEGER NOT NULL
) STRICT;

-- The secret itself is in the vault, in the bundle named here.
CREATE TABLE keys (
    key_id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    label TEXT NOT NULL,
    fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    last_four TEXT NOT NULL,
    bundle INTEGER NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    weight INTEGER NOT NULL DEFAULT 1 CHECK (weight >= 0),
    state TEXT NOT NULL,
    condition_text TEXT,
    condition_status INTEGER,
    condition_vendor_code INTEGER,
    condition_since_ms INTEGER,
    condition_next_retry_ms INTEGER,
    added_at_ms INTEGER NOT NULL,
    checked_at_ms INTEGER
) STRICT;

CREATE INDEX keys_account ON keys (account_id);

CREATE TABLE cooling (
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    condition_text TEXT NOT NULL,
    condition_status INTEGER,
    condition_vendor_code INTEGER,
    condition_since_ms INTEGER NOT NULL,
    condition_next_retry_ms INTEGER,
    PRIMARY KEY (account_id, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE clients (
    client_id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT;

-- A revoked name may be given again.
CREATE UNIQUE INDEX clients_name ON clients (name) WHERE revoked_at_ms IS NULL;
