-- Words that occur again and again (routes, models, ids) are kept once, so
-- that a million requests stay below 150 MB.
CREATE TABLE names (
    name_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

INSERT INTO names (name_id, name) VALUES (0, '');

CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id BLOB NOT NULL,
    started_at_ms INTEGER NOT NULL,
    route INTEGER NOT NULL,
    model_asked INTEGER,
    model_used INTEGER,
    key_id INTEGER,
    key_last_four TEXT,
    account_id INTEGER,
    client INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    status INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    error TEXT,
    vendor_code INTEGER,
    trace_id TEXT,
    attempts INTEGER NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    cached_tokens INTEGER,
    reasoning_tokens INTEGER,
    first_byte_ms INTEGER,
    duration_ms INTEGER NOT NULL
) STRICT;

-- For the part of an hour at the rim of a local day.
CREATE INDEX requests_started ON requests (started_at_ms);

-- Sums of `requests`, written in the same transaction. `hour` counts Unix
-- hours; an absent dimension is name 0, the empty one.
CREATE TABLE usage_hourly (
    hour INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    model INTEGER NOT NULL,
    client INTEGER NOT NULL,
    route INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    calls_without_usage INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    first_byte_ms INTEGER NOT NULL,
    first_byte_calls INTEGER NOT NULL,
    PRIMARY KEY (hour, account_id, key_id, model, client, route, outcome)
) STRICT, WITHOUT ROWID;

-- How often and when a key was last used, since it was added.
CREATE TABLE key_totals (
    key_id INTEGER PRIMARY KEY,
    calls INTEGER NOT NULL,
    last_used_ms INTEGER NOT NULL
) STRICT;
