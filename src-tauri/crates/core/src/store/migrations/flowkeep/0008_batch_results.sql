-- Files that batches wrote: when the batch was made, which decides what it costs,
-- and when what stands in the file was counted, which happens once.
CREATE TABLE batch_results (
    file_id TEXT PRIMARY KEY NOT NULL,
    batch_created_ms INTEGER,
    counted_at_ms INTEGER,
    noted_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX batch_results_noted ON batch_results (noted_at_ms);
