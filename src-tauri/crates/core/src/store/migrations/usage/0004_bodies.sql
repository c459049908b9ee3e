-- Bodies of requests, where the user asked for them to be kept, without keys and
-- tokens. `request` is the id of the row; a body goes with it at the latest.
-- `size` is what the row takes, in bytes.
CREATE TABLE bodies (
    request INTEGER PRIMARY KEY,
    expires_at_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    request_bytes INTEGER NOT NULL,
    request_type TEXT,
    request_cut INTEGER NOT NULL,
    request_left_out TEXT,
    response_bytes INTEGER NOT NULL,
    response_type TEXT,
    response_cut INTEGER NOT NULL,
    response_left_out TEXT,
    request_text TEXT,
    response_text TEXT
) STRICT;

CREATE INDEX bodies_expiry ON bodies (expires_at_ms);

-- What all of them take, and how often some were removed since the write-ahead log
-- was emptied, where their words may still stand.
CREATE TABLE bodies_kept (
    bytes INTEGER NOT NULL,
    unwiped INTEGER NOT NULL
) STRICT;

INSERT INTO bodies_kept (bytes, unwiped) VALUES (0, 0);
