-- Calls that were taken over from an older pool: each counts once, for ever, also
-- when its row has left the log, and can be taken out of the sums again. What all
-- of them have in common (client, route, outcome) is not kept; 0 is no name.
CREATE TABLE taken_over (
    request_id BLOB PRIMARY KEY,
    -- Its row in the log, while that is there; no other row ever gets this id.
    log_id INTEGER NOT NULL,
    started_at_ms INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    model INTEGER NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    currency INTEGER,
    cost_nano INTEGER,
    saved_nano INTEGER,
    cost_incomplete INTEGER
) STRICT, WITHOUT ROWID;

INSERT INTO taken_over
    SELECT request_id, requests.id, started_at_ms, coalesce(account_id, 0), coalesce(key_id, 0),
    coalesce(model_asked, 0), prompt_tokens, completion_tokens, currency, cost_nano, saved_nano,
    cost_incomplete FROM log_zones CROSS JOIN requests
    ON requests.id >= log_zones.block * 2000 AND requests.id < (log_zones.block + 1) * 2000
    WHERE log_zones.dimension = 3 AND log_zones.other = 0 AND user_agent IS NULL
    AND log_zones.name = (SELECT name_id FROM names WHERE name = 'older-pool')
    AND +requests.client = log_zones.name
    ON CONFLICT (request_id) DO NOTHING;
