-- Sums of everything by quarters of an hour, because midnight is not on the hour
-- everywhere: `grain` 0 in `usage_slices`, of dimension 0 alone.

-- What the rows of the log tell, by the rules of the migration before.
CREATE TEMP TABLE told AS
    SELECT started_at_ms / 900000 AS start,
    count(*) FILTER (WHERE outcome <> 1) AS failed, count(*) AS calls, sum(attempts) AS attempts,
    coalesce(sum(prompt_tokens), 0) AS prompt_tokens,
    coalesce(sum(completion_tokens), 0) AS completion_tokens,
    coalesce(sum(cached_tokens), 0) AS cached_tokens,
    coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens,
    count(*) FILTER (WHERE outcome = 1 AND attempts > 0
        AND coalesce(model_used, model_asked) IS NOT NULL
        AND coalesce(prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens) IS NULL
        AND route IN (SELECT name_id FROM names WHERE name IN ('chat/completions', 'messages',
            'responses', 'completions', 'embeddings', 'rerank', 'files'))) AS calls_without_usage,
    sum(duration_ms) AS duration_ms, coalesce(sum(first_byte_ms), 0) AS first_byte_ms,
    count(first_byte_ms) AS first_byte_calls,
    count(*) FILTER (WHERE outcome IN (1, 5, 6) AND attempts > 0
        AND coalesce(model_used, model_asked) IS NOT NULL AND cost_nano IS NULL
        AND route NOT IN (SELECT name_id FROM names WHERE name IN ('messages/count_tokens',
            'uploads/audio/voice', 'audio/voice/list', 'audio/voice/deletions', 'video/status',
            'batches', 'models', 'user/info'))) AS calls_without_cost,
    coalesce(sum(cost_nano) FILTER (WHERE currency = 1), 0) AS cost_cny_nano,
    coalesce(sum(cost_nano) FILTER (WHERE currency = 2), 0) AS cost_usd_nano,
    coalesce(sum(saved_nano) FILTER (WHERE currency = 1), 0) AS saved_cny_nano,
    coalesce(sum(saved_nano) FILTER (WHERE currency = 2), 0) AS saved_usd_nano,
    coalesce(sum(image_tokens), 0) AS image_tokens, coalesce(sum(images), 0) AS images,
    coalesce(sum(clips), 0) AS clips, coalesce(sum(bytes), 0) AS bytes,
    coalesce(sum(sound_ms), 0) AS sound_ms, count(cost_nano) AS calls_with_cost,
    coalesce(sum(cost_incomplete), 0) AS calls_cost_incomplete,
    coalesce(sum(completion_tokens) FILTER (WHERE is_written), 0) AS written_tokens,
    coalesce(sum(max(duration_ms - iif(stream, coalesce(first_byte_ms, 0), 0), 0))
        FILTER (WHERE is_written AND completion_tokens > 0), 0) AS writing_ms
    FROM (SELECT *, client NOT IN (SELECT name_id FROM names WHERE name = 'older-pool')
        AND route NOT IN (SELECT name_id FROM names WHERE name = 'files') AS is_written
        FROM requests)
    GROUP BY 1;

-- What has left the log cannot tell its quarter any more: it counts for the first one
-- of its hour.
CREATE TEMP TABLE parts AS
    SELECT start,
    failed, calls, attempts, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
    calls_without_usage, duration_ms, first_byte_ms, first_byte_calls, calls_without_cost,
    cost_cny_nano, cost_usd_nano, saved_cny_nano, saved_usd_nano, image_tokens, images, clips,
    bytes, sound_ms, calls_with_cost, calls_cost_incomplete, written_tokens, writing_ms
    FROM told
    UNION ALL
    SELECT start * 4,
    failed, calls, attempts, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
    calls_without_usage, duration_ms, first_byte_ms, first_byte_calls, calls_without_cost,
    cost_cny_nano, cost_usd_nano, saved_cny_nano, saved_usd_nano, image_tokens, images, clips,
    bytes, sound_ms, calls_with_cost, calls_cost_incomplete, written_tokens, writing_ms
    FROM usage_slices WHERE grain = 1 AND dimension = 0
    UNION ALL
    SELECT start / 4 * 4,
    -failed, -calls, -attempts, -prompt_tokens, -completion_tokens, -cached_tokens,
    -reasoning_tokens, -calls_without_usage, -duration_ms, -first_byte_ms, -first_byte_calls,
    -calls_without_cost, -cost_cny_nano, -cost_usd_nano, -saved_cny_nano, -saved_usd_nano,
    -image_tokens, -images, -clips, -bytes, -sound_ms, -calls_with_cost, -calls_cost_incomplete,
    -written_tokens, -writing_ms
    FROM told;
INSERT INTO usage_slices (grain, dimension, start, name,
    failed, calls, attempts, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
    calls_without_usage, duration_ms, first_byte_ms, first_byte_calls, calls_without_cost,
    cost_cny_nano, cost_usd_nano, saved_cny_nano, saved_usd_nano, image_tokens, images, clips,
    bytes, sound_ms, calls_with_cost, calls_cost_incomplete, written_tokens, writing_ms)
    SELECT 0, 0, start, 0,
    sum(failed), sum(calls), sum(attempts), sum(prompt_tokens), sum(completion_tokens),
    sum(cached_tokens), sum(reasoning_tokens), sum(calls_without_usage), sum(duration_ms),
    sum(first_byte_ms), sum(first_byte_calls), sum(calls_without_cost), sum(cost_cny_nano),
    sum(cost_usd_nano), sum(saved_cny_nano), sum(saved_usd_nano), sum(image_tokens), sum(images),
    sum(clips), sum(bytes), sum(sound_ms), sum(calls_with_cost), sum(calls_cost_incomplete),
    sum(written_tokens), sum(writing_ms)
    FROM parts GROUP BY start
    HAVING (
        sum(failed), sum(calls), sum(attempts), sum(prompt_tokens), sum(completion_tokens),
        sum(cached_tokens), sum(reasoning_tokens), sum(calls_without_usage), sum(duration_ms),
        sum(first_byte_ms), sum(first_byte_calls), sum(calls_without_cost), sum(cost_cny_nano),
        sum(cost_usd_nano), sum(saved_cny_nano), sum(saved_usd_nano), sum(image_tokens),
        sum(images), sum(clips), sum(bytes), sum(sound_ms), sum(calls_with_cost),
        sum(calls_cost_incomplete), sum(written_tokens), sum(writing_ms))
        <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

DROP TABLE parts;
DROP TABLE told;
