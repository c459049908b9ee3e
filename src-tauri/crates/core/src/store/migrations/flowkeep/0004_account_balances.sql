-- A limit of the account's own; without one, that of the settings holds.
ALTER TABLE accounts ADD COLUMN max_concurrency INTEGER CHECK (max_concurrency > 0);
-- The last question about the balance, when it failed; what was known stands.
ALTER TABLE accounts ADD COLUMN balance_failure TEXT;
ALTER TABLE accounts ADD COLUMN balance_failure_text TEXT;
ALTER TABLE accounts ADD COLUMN balance_failed_at_ms INTEGER;
