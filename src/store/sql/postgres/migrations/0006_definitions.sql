-- Stored rules and actions (docs/decisions/0004), as in the SQLite dialect.

CREATE SEQUENCE definition_id_seq;

CREATE DOMAIN definition_kind AS smallint CHECK (VALUE IN (0, 1)); -- rule, action
CREATE DOMAIN definition_version AS bigint CHECK (VALUE > 0);

-- What users have stored under an id, for tasks to refer to.
CREATE TABLE definition (
    id         bigint PRIMARY KEY,
    version    definition_version NOT NULL, -- of the document
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    kind       definition_kind NOT NULL,
    -- a rule that has changed, and that tasks are still to follow
    changed    boolean NOT NULL DEFAULT false CHECK (NOT changed OR kind = 0),
    name       said,
    key        text NOT NULL CHECK (length(key) = 32), -- the same for equal documents
    document   said NOT NULL, -- JSON as it was sent
    actor      text NOT NULL -- whoever wrote it last
);
CREATE INDEX definition_key ON definition (kind, key, id);
CREATE INDEX definition_changed ON definition (id) WHERE changed;

-- Tasks that are not final, and the version of a stored rule that they go by.
CREATE TABLE rule_use (
    task_id bigint NOT NULL,
    rule_id bigint NOT NULL,
    run_id  bigint NOT NULL,
    version definition_version NOT NULL,
    PRIMARY KEY (task_id, rule_id)
);
CREATE INDEX rule_use_version ON rule_use (rule_id, version, run_id, task_id);
