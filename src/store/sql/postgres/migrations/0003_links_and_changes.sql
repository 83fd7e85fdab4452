-- Links between batches, and the feed of changes (docs/decisions/0006), as in the SQLite dialect.

-- Links to a parent in another run that has not ended yet.
CREATE TABLE outside_link (
    child_id     bigint NOT NULL,
    parent_id    bigint NOT NULL,
    child_run_id bigint NOT NULL,
    condition    smallint NOT NULL CHECK (condition BETWEEN 0 AND 3),
    unmet        smallint NOT NULL CHECK (unmet IN (0, 1)),
    PRIMARY KEY (child_id, parent_id),
    CHECK (parent_id <> child_id)
);
CREATE INDEX outside_link_parent ON outside_link (parent_id);

-- Such a parent has ended, and its child's run does not know yet.
CREATE TABLE settle (
    run_id            bigint NOT NULL, -- of the child
    child_id          bigint NOT NULL,
    parent_id         bigint NOT NULL,
    condition         smallint NOT NULL CHECK (condition BETWEEN 0 AND 3),
    unmet             smallint NOT NULL CHECK (unmet IN (0, 1)),
    outcome           smallint NOT NULL CHECK (outcome BETWEEN 5 AND 8),
    parent_created_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, child_id, parent_id)
);

-- What each group of writes has done to tasks of the service, for those who watch. Kept an hour.
-- The id is that of the transaction: whoever reads up to the oldest one that is under way misses
-- nothing, in whatever order they commit.
CREATE TABLE change (
    id    bigint PRIMARY KEY,
    at    timestamptz NOT NULL,
    moves text NOT NULL -- store/change_rows.h
);
-- The one before all others: who has seen nothing yet has seen this.
INSERT INTO change (id, at, moves)
VALUES (pg_current_xact_id()::text::bigint, '1970-01-01 00:00:00+00', '');
