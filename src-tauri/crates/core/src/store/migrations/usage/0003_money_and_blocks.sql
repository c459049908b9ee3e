-- Rows in an order that puts first what searches look at: SQLite decodes a row
-- only as far as it must. Texts stand at the end.
CREATE TABLE requests_new (
    id INTEGER PRIMARY KEY,
    started_at_ms INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    route INTEGER NOT NULL,
    model_asked INTEGER,
    model_used INTEGER,
    account_id INTEGER,
    client INTEGER NOT NULL,
    user_agent INTEGER,
    key_id INTEGER,
    -- A name, as the ones above.
    key_last_four INTEGER,
    stream INTEGER NOT NULL,
    status INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    cached_tokens INTEGER,
    reasoning_tokens INTEGER,
    image_tokens INTEGER,
    images INTEGER,
    clips INTEGER,
    bytes INTEGER,
    sound_ms INTEGER,
    estimated_tokens INTEGER,
    -- 1 is CNY, 2 is USD.
    currency INTEGER,
    cost_nano INTEGER,
    saved_nano INTEGER,
    price INTEGER,
    cost_incomplete INTEGER,
    first_byte_ms INTEGER,
    duration_ms INTEGER NOT NULL,
    -- The only attempt of a request that succeeded at once; any other trail
    -- stands in `attempts`.
    chosen INTEGER,
    after_ms INTEGER,
    headers_ms INTEGER,
    vendor_code INTEGER,
    request_id BLOB NOT NULL,
    trace_id TEXT,
    error TEXT
) STRICT;

INSERT INTO names (name) SELECT DISTINCT key_last_four FROM requests
    WHERE key_last_four IS NOT NULL ON CONFLICT (name) DO NOTHING;

INSERT INTO requests_new (id, started_at_ms, outcome, route, model_asked, model_used, account_id,
    client, key_id, key_last_four, stream, status, attempts, prompt_tokens, completion_tokens,
    cached_tokens, reasoning_tokens, first_byte_ms, duration_ms, vendor_code, request_id,
    trace_id, error)
    SELECT id, started_at_ms, outcome, route, model_asked, model_used, account_id, client, key_id,
    (SELECT name_id FROM names WHERE name = key_last_four), stream, status, attempts,
    prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, first_byte_ms, duration_ms,
    vendor_code, request_id, trace_id, error
    FROM requests ORDER BY id;

-- The last id that was given: none is given twice, also when the log is empty.
-- `AUTOINCREMENT` would write it anew for every row.
CREATE TABLE log_end (
    last_id INTEGER NOT NULL
) STRICT;
INSERT INTO log_end (last_id)
    SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'requests'), 0);
DROP TABLE requests;
ALTER TABLE requests_new RENAME TO requests;

-- Every upstream request of the requests that did not succeed at the first.
CREATE TABLE attempts (
    request INTEGER NOT NULL,
    step INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    model INTEGER,
    after_ms INTEGER NOT NULL,
    chosen INTEGER NOT NULL,
    status INTEGER,
    vendor_code INTEGER,
    headers_ms INTEGER,
    first_byte_ms INTEGER,
    end_ms INTEGER,
    left INTEGER,
    PRIMARY KEY (request, step)
) STRICT, WITHOUT ROWID;

-- `requests` has no index: at ten million rows each one costs more than a tenth
-- of the table, and writes to random pages. Instead the log is cut into blocks
-- of 2,000 ids, and a search skips the blocks that hold nothing of what it
-- wants. `first_ms` and `last_ms` hold every start in the block between them.
CREATE TABLE log_blocks (
    block INTEGER PRIMARY KEY,
    rows INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT;

-- How many rows of a block have that name: 1 is the model (asked, used), 2 the
-- account, 3 the client (id, user agent), 4 the route, 5 the outcome.
CREATE TABLE log_zones (
    dimension INTEGER NOT NULL,
    block INTEGER NOT NULL,
    name INTEGER NOT NULL,
    other INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (dimension, block, name, other)
) STRICT, WITHOUT ROWID;

-- Two bytes of a hash of every trace id, in the order of the ids.
CREATE TABLE log_traces (
    block INTEGER PRIMARY KEY,
    hashes BLOB NOT NULL
) STRICT;

-- Errors. Three letters are a token, so that any part is found and Chinese too;
-- the rows themselves are asked which of the candidates it is, so no positions
-- are kept.
CREATE VIRTUAL TABLE request_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram'
);

INSERT INTO log_blocks (block, rows, first_ms, last_ms)
    SELECT id / 2000, count(*), min(started_at_ms), max(started_at_ms)
    FROM requests GROUP BY id / 2000;
INSERT INTO log_zones (dimension, block, name, other, rows)
    SELECT 1, id / 2000, coalesce(model_asked, 0), coalesce(model_used, 0), count(*)
    FROM requests GROUP BY 1, 2, 3, 4;
INSERT INTO log_zones (dimension, block, name, other, rows)
    SELECT 2, id / 2000, coalesce(account_id, 0), 0, count(*) FROM requests GROUP BY 1, 2, 3;
INSERT INTO log_zones (dimension, block, name, other, rows)
    SELECT 3, id / 2000, client, 0, count(*) FROM requests GROUP BY 1, 2, 3;
INSERT INTO log_zones (dimension, block, name, other, rows)
    SELECT 4, id / 2000, route, 0, count(*) FROM requests GROUP BY 1, 2, 3;
INSERT INTO log_zones (dimension, block, name, other, rows)
    SELECT 5, id / 2000, outcome, 0, count(*) FROM requests GROUP BY 1, 2, 3;
INSERT INTO request_words (rowid, words)
    SELECT id, error FROM requests WHERE error IS NOT NULL ORDER BY id;

-- Money and units.
ALTER TABLE usage_hourly ADD COLUMN calls_without_cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN cost_cny_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN cost_usd_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN saved_cny_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN saved_usd_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN image_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN images INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN clips INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN sound_ms INTEGER NOT NULL DEFAULT 0;
UPDATE usage_hourly SET calls_without_cost = calls WHERE outcome = 1 AND model <> 0;

-- Sums of one dimension alone, for the dashboard: 0 is everything, 1 the model,
-- 2 the account, 3 the key, 4 the client, 5 the route, 6 the outcome. `grain`
-- is the hours of a slice, 1 or 24; `start` counts in it from 1970.
CREATE TABLE usage_slices (
    grain INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    start INTEGER NOT NULL,
    name INTEGER NOT NULL,
    failed INTEGER NOT NULL,
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
    calls_without_cost INTEGER NOT NULL,
    cost_cny_nano INTEGER NOT NULL,
    cost_usd_nano INTEGER NOT NULL,
    saved_cny_nano INTEGER NOT NULL,
    saved_usd_nano INTEGER NOT NULL,
    image_tokens INTEGER NOT NULL,
    images INTEGER NOT NULL,
    clips INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sound_ms INTEGER NOT NULL,
    PRIMARY KEY (grain, dimension, start, name)
) STRICT, WITHOUT ROWID;

WITH
    grains (grain) AS (VALUES (1), (24)),
    dimensions (dimension) AS (VALUES (0), (1), (2), (3), (4), (5), (6))
INSERT INTO usage_slices
    SELECT grain, dimension, hour / grain AS start,
    CASE dimension WHEN 1 THEN model WHEN 2 THEN account_id WHEN 3 THEN key_id
        WHEN 4 THEN client WHEN 5 THEN route WHEN 6 THEN outcome ELSE 0 END AS part,
    coalesce(sum(calls) FILTER (WHERE outcome <> 1), 0), sum(calls), sum(attempts),
    sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens), sum(reasoning_tokens),
    sum(calls_without_usage), sum(duration_ms), sum(first_byte_ms), sum(first_byte_calls),
    sum(calls_without_cost), 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM grains CROSS JOIN dimensions CROSS JOIN usage_hourly
    GROUP BY grain, dimension, start, part;

-- How long successful calls took, as histograms (see `histogram.rs`): of
-- everything, and by model, account, client and route. What was recorded before
-- this table is in none.
CREATE TABLE latency_slices (
    grain INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    start INTEGER NOT NULL,
    name INTEGER NOT NULL,
    first_byte BLOB NOT NULL,
    duration BLOB NOT NULL,
    PRIMARY KEY (grain, dimension, start, name)
) STRICT, WITHOUT ROWID;
