-- What is known of the rows of the log and in no sum so far, by everything that
-- sums are told apart by. Rows that have left the log cannot tell it any more.
CREATE TEMP TABLE told AS
    SELECT started_at_ms / 3600000 AS hour, coalesce(account_id, 0) AS account_id,
    coalesce(key_id, 0) AS key_id, coalesce(model_used, model_asked, 0) AS model, client, route,
    outcome, coalesce(user_agent, 0) AS tool, count(*) AS calls, sum(attempts) AS attempts,
    coalesce(sum(prompt_tokens), 0) AS prompt_tokens,
    coalesce(sum(completion_tokens), 0) AS completion_tokens,
    coalesce(sum(cached_tokens), 0) AS cached_tokens,
    coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens,
    count(*) FILTER (WHERE attempts > 0 AND coalesce(model_used, model_asked) IS NOT NULL
        AND coalesce(prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens) IS NULL)
        AS calls_without_usage,
    sum(duration_ms) AS duration_ms, coalesce(sum(first_byte_ms), 0) AS first_byte_ms,
    count(first_byte_ms) AS first_byte_calls,
    count(*) FILTER (WHERE attempts > 0 AND coalesce(model_used, model_asked) IS NOT NULL
        AND cost_nano IS NULL) AS calls_without_cost,
    coalesce(sum(cost_nano) FILTER (WHERE currency = 1), 0) AS cost_cny_nano,
    coalesce(sum(cost_nano) FILTER (WHERE currency = 2), 0) AS cost_usd_nano,
    coalesce(sum(saved_nano) FILTER (WHERE currency = 1), 0) AS saved_cny_nano,
    coalesce(sum(saved_nano) FILTER (WHERE currency = 2), 0) AS saved_usd_nano,
    coalesce(sum(image_tokens), 0) AS image_tokens, coalesce(sum(images), 0) AS images,
    coalesce(sum(clips), 0) AS clips, coalesce(sum(bytes), 0) AS bytes,
    coalesce(sum(sound_ms), 0) AS sound_ms, count(cost_nano) AS calls_with_cost,
    coalesce(sum(cost_incomplete), 0) AS calls_cost_incomplete,
    coalesce(sum(completion_tokens), 0) AS written_tokens,
    coalesce(sum(max(duration_ms - iif(stream, coalesce(first_byte_ms, 0), 0), 0))
        FILTER (WHERE completion_tokens > 0), 0) AS writing_ms
    FROM requests GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

-- What nobody charges for has no unknown cost, and only where tokens are paid for
-- some may be missing. A call that the client or the upstream broke off may have
-- been charged for as well.
CREATE TEMP TABLE free_routes AS SELECT name_id AS route FROM names WHERE name IN
    ('messages/count_tokens', 'uploads/audio/voice', 'audio/voice/list', 'audio/voice/deletions',
    'video/status', 'batches', 'models', 'user/info');
CREATE TEMP TABLE token_routes AS SELECT name_id AS route FROM names WHERE name IN
    ('chat/completions', 'messages', 'responses', 'completions', 'embeddings', 'rerank', 'files');
UPDATE told SET calls_without_usage = 0
    WHERE outcome <> 1 OR route NOT IN (SELECT route FROM token_routes);
UPDATE told SET calls_without_cost = 0
    WHERE outcome NOT IN (1, 5, 6) OR route IN (SELECT route FROM free_routes);
-- Nobody wrote down how long an older pool's calls took, and the results of a batch
-- were written before they are fetched.
UPDATE told SET written_tokens = 0, writing_ms = 0
    WHERE client = (SELECT name_id FROM names WHERE name = 'older-pool')
    OR route = (SELECT name_id FROM names WHERE name = 'files');

ALTER TABLE usage_hourly ADD COLUMN calls_with_cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN calls_cost_incomplete INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN written_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hourly ADD COLUMN writing_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_slices ADD COLUMN calls_with_cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_slices ADD COLUMN calls_cost_incomplete INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_slices ADD COLUMN written_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_slices ADD COLUMN writing_ms INTEGER NOT NULL DEFAULT 0;

UPDATE usage_hourly SET calls_without_usage = 0
    WHERE calls_without_usage <> 0 AND route NOT IN (SELECT route FROM token_routes);
UPDATE usage_hourly SET calls_without_cost = 0
    WHERE calls_without_cost <> 0 AND route IN (SELECT route FROM free_routes);
UPDATE usage_hourly SET calls_with_cost = calls - calls_without_cost
    WHERE outcome = 1 AND model <> 0 AND route NOT IN (SELECT route FROM free_routes);
UPDATE usage_hourly SET
    calls_without_cost = iif(told.outcome = 1, usage_hourly.calls_without_cost,
        told.calls_without_cost),
    calls_with_cost = iif(told.calls = usage_hourly.calls,
        told.calls_with_cost, max(usage_hourly.calls_with_cost, told.calls_with_cost)),
    calls_cost_incomplete = told.calls_cost_incomplete,
    written_tokens = told.written_tokens, writing_ms = told.writing_ms
    FROM (SELECT hour, account_id, key_id, model, client, route, outcome, sum(calls) AS calls,
        sum(calls_without_cost) AS calls_without_cost, sum(calls_with_cost) AS calls_with_cost,
        sum(calls_cost_incomplete) AS calls_cost_incomplete,
        sum(written_tokens) AS written_tokens, sum(writing_ms) AS writing_ms
        FROM told GROUP BY 1, 2, 3, 4, 5, 6, 7) AS told
    WHERE usage_hourly.hour = told.hour AND usage_hourly.account_id = told.account_id
    AND usage_hourly.key_id = told.key_id AND usage_hourly.model = told.model
    AND usage_hourly.client = told.client AND usage_hourly.route = told.route
    AND usage_hourly.outcome = told.outcome;

UPDATE usage_slices SET calls_without_usage = whole.calls_without_usage,
    calls_without_cost = whole.calls_without_cost, calls_with_cost = whole.calls_with_cost,
    calls_cost_incomplete = whole.calls_cost_incomplete,
    written_tokens = whole.written_tokens, writing_ms = whole.writing_ms
    FROM (WITH
            grains (grain) AS (VALUES (1), (24)),
            dimensions (dimension) AS (VALUES (0), (1), (2), (3), (4), (5), (6))
        SELECT grain, dimension, hour / grain AS start,
        CASE dimension WHEN 1 THEN model WHEN 2 THEN account_id WHEN 3 THEN key_id
            WHEN 4 THEN client WHEN 5 THEN route WHEN 6 THEN outcome ELSE 0 END AS name,
        sum(calls_without_usage) AS calls_without_usage,
        sum(calls_without_cost) AS calls_without_cost, sum(calls_with_cost) AS calls_with_cost,
        sum(calls_cost_incomplete) AS calls_cost_incomplete,
        sum(written_tokens) AS written_tokens, sum(writing_ms) AS writing_ms
        FROM grains CROSS JOIN dimensions CROSS JOIN usage_hourly
        GROUP BY grain, dimension, start, name) AS whole
    WHERE usage_slices.grain = whole.grain AND usage_slices.dimension = whole.dimension
    AND usage_slices.start = whole.start AND usage_slices.name = whole.name;

-- Dimension 7 is the tool, by the product of the User-Agent: of an hour the 64 that
-- were met most, and the others as one.
INSERT INTO names (name) SELECT '(others)'
    WHERE EXISTS (SELECT 1 FROM told WHERE tool <> 0 GROUP BY hour HAVING count(DISTINCT tool) > 64)
    ON CONFLICT (name) DO NOTHING;
CREATE TEMP TABLE tools AS
    SELECT hour, tool, iif(place <= 64, tool, (SELECT name_id FROM names WHERE name = '(others)'))
    AS name FROM (SELECT hour, tool,
        row_number() OVER (PARTITION BY hour ORDER BY sum(calls) DESC, tool) AS place
        FROM told WHERE tool <> 0 GROUP BY hour, tool);
CREATE TEMP TABLE parts AS
    SELECT told.hour AS start, tools.name, iif(outcome <> 1, told.calls, 0) AS failed, calls,
    attempts, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
    calls_without_usage, duration_ms, first_byte_ms, first_byte_calls, calls_without_cost,
    cost_cny_nano, cost_usd_nano, saved_cny_nano, saved_usd_nano, image_tokens, images, clips,
    bytes, sound_ms, calls_with_cost, calls_cost_incomplete, written_tokens, writing_ms
    FROM told JOIN tools ON tools.hour = told.hour AND tools.tool = told.tool;
-- The rest is of no tool that is known.
INSERT INTO parts
    SELECT start, 0, failed, calls, attempts, prompt_tokens, completion_tokens, cached_tokens,
    reasoning_tokens, calls_without_usage, duration_ms, first_byte_ms, first_byte_calls,
    calls_without_cost, cost_cny_nano, cost_usd_nano, saved_cny_nano, saved_usd_nano,
    image_tokens, images, clips, bytes, sound_ms, calls_with_cost, calls_cost_incomplete,
    written_tokens, writing_ms
    FROM usage_slices WHERE grain = 1 AND dimension = 0
    UNION ALL
    SELECT start, 0, -failed, -calls, -attempts, -prompt_tokens, -completion_tokens,
    -cached_tokens, -reasoning_tokens, -calls_without_usage, -duration_ms, -first_byte_ms,
    -first_byte_calls, -calls_without_cost, -cost_cny_nano, -cost_usd_nano, -saved_cny_nano,
    -saved_usd_nano, -image_tokens, -images, -clips, -bytes, -sound_ms, -calls_with_cost,
    -calls_cost_incomplete, -written_tokens, -writing_ms
    FROM parts;
INSERT INTO usage_slices (grain, dimension, start, name, failed, calls, attempts, prompt_tokens,
    completion_tokens, cached_tokens, reasoning_tokens, calls_without_usage, duration_ms,
    first_byte_ms, first_byte_calls, calls_without_cost, cost_cny_nano, cost_usd_nano,
    saved_cny_nano, saved_usd_nano, image_tokens, images, clips, bytes, sound_ms,
    calls_with_cost, calls_cost_incomplete, written_tokens, writing_ms)
    WITH grains (grain) AS (VALUES (1), (24))
    SELECT grain, 7, start / grain AS since, name, sum(failed), sum(calls), sum(attempts),
    sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens), sum(reasoning_tokens),
    sum(calls_without_usage), sum(duration_ms), sum(first_byte_ms), sum(first_byte_calls),
    sum(calls_without_cost), sum(cost_cny_nano), sum(cost_usd_nano), sum(saved_cny_nano),
    sum(saved_usd_nano), sum(image_tokens), sum(images), sum(clips), sum(bytes), sum(sound_ms),
    sum(calls_with_cost), sum(calls_cost_incomplete), sum(written_tokens), sum(writing_ms)
    FROM grains CROSS JOIN parts GROUP BY grain, since, name HAVING sum(calls) > 0;

DROP TABLE parts;
DROP TABLE tools;
DROP TABLE token_routes;
DROP TABLE free_routes;
DROP TABLE told;
