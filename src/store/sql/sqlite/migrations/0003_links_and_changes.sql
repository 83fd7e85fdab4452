-- Links between batches, and the feed of changes (docs/decisions/0006).

-- Links to a parent in another run that has not ended yet.
CREATE TABLE outside_link (
    child_id     INTEGER NOT NULL,
    parent_id    INTEGER NOT NULL,
    child_run_id INTEGER NOT NULL,
    condition    INTEGER NOT NULL CHECK (condition BETWEEN 0 AND 3),
    unmet        INTEGER NOT NULL CHECK (unmet IN (0, 1)),
    PRIMARY KEY (child_id, parent_id),
    CHECK (parent_id <> child_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outside_link_parent ON outside_link (parent_id);

-- Such a parent has ended, and its child's run does not know yet.
CREATE TABLE settle (
    run_id            INTEGER NOT NULL, -- of the child
    child_id          INTEGER NOT NULL,
    parent_id         INTEGER NOT NULL,
    condition         INTEGER NOT NULL CHECK (condition BETWEEN 0 AND 3),
    unmet             INTEGER NOT NULL CHECK (unmet IN (0, 1)),
    outcome           INTEGER NOT NULL CHECK (outcome BETWEEN 5 AND 8),
    parent_created_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, child_id, parent_id)
) STRICT, WITHOUT ROWID;

-- What each group of writes has done to tasks of the service, for those who watch. Kept an hour.
CREATE TABLE change (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    INTEGER NOT NULL,
    moves TEXT NOT NULL -- store/change_rows.h
) STRICT;
-- The one before all others: who has seen nothing yet has seen this.
INSERT INTO change (at, moves) VALUES (0, '');
