-- What accounts and keys were called when they were removed, so that the log
-- and the statistics go on naming them.
CREATE TABLE former_names (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX former_names_name ON former_names (name);

CREATE TRIGGER accounts_removed AFTER DELETE ON accounts BEGIN
    INSERT INTO former_names (id, name) VALUES (old.account_id, old.label)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name;
END;

CREATE TRIGGER keys_removed AFTER DELETE ON keys BEGIN
    INSERT INTO former_names (id, name)
    VALUES (old.key_id, ltrim(old.label || ' …' || old.last_four))
    ON CONFLICT (id) DO UPDATE SET name = excluded.name;
END;
