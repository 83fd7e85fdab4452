-- Stored rules and actions (docs/decisions/0004).

INSERT INTO sequence (name, next) VALUES ('definition', 1);

-- What users have stored under an id, for tasks to refer to.
CREATE TABLE definition (
    id         INTEGER PRIMARY KEY,
    kind       INTEGER NOT NULL CHECK (kind IN (0, 1)), -- rule, action
    name       TEXT CHECK (length(name) > 0),
    key        TEXT NOT NULL CHECK (length(key) = 32), -- the same for equal documents
    document   TEXT NOT NULL CHECK (length(document) > 0), -- JSON as it was sent
    actor      TEXT NOT NULL, -- whoever wrote it last
    version    INTEGER NOT NULL CHECK (version > 0), -- of the document
    -- a rule that has changed, and that tasks are still to follow
    changed    INTEGER NOT NULL DEFAULT 0 CHECK (changed IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (changed = 0 OR kind = 0)
) STRICT;
CREATE INDEX definition_key ON definition (kind, key, id);
CREATE INDEX definition_changed ON definition (id) WHERE changed = 1;

-- Tasks that are not final, and the version of a stored rule that they go by.
CREATE TABLE rule_use (
    task_id INTEGER NOT NULL,
    rule_id INTEGER NOT NULL,
    run_id  INTEGER NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    PRIMARY KEY (task_id, rule_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_use_version ON rule_use (rule_id, version, run_id, task_id);
