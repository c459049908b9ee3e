-- Unix milliseconds until which the bodies of its requests are kept; NULL is not
-- at all.
ALTER TABLE clients ADD COLUMN capture_until_ms INTEGER;
