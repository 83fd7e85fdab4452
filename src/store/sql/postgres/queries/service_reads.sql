-- name: view_task
SELECT service_task.*, coalesce(spec, '')
FROM service_task LEFT JOIN run_detail ON run_detail.run_id = service_task.run_id
WHERE id = @id::bigint;

-- name: run_of_card
SELECT run.id FROM card JOIN run ON run.id = card.run_id
WHERE task_id = @task_id::bigint AND state <> 0;

-- name: task_bounds
-- The largest id of all, and the ids between which the tasks of a batch stand; NULL: there is no
-- such batch.
SELECT coalesce((SELECT max(task_id) FROM card), 0), run.task_first, run.task_last, run.linked
FROM (VALUES (@run_id::bigint)) AS asked (run_id)
LEFT JOIN run ON run.id = asked.run_id AND kind = 0 AND state <> 0;

-- name: list_cards
-- Tasks, newest first. What every list of tasks asks of a card stands in these three statements
-- alike; a document is only read when it holds the text and the number that it must. The type for
-- documents knows no NUL, so U+FFFD stands for it.
SELECT * FROM service_task WHERE id = ANY (ARRAY(
    SELECT card.task_id
    FROM card
    WHERE card.task_id BETWEEN @first::bigint AND @last::bigint
      AND (deleted_at IS NOT NULL) = @deleted::boolean
      AND (@run_id::bigint IS NULL OR card.run_id = @run_id)
      AND (@group_id::text IS NULL OR group_id = @group_id)
      AND (@name_part::text = '' OR strpos(card.name, @name_part) > 0)
      AND (@kind_part::text = '' OR strpos(card.kind, @kind_part) > 0)
      AND (@timeout::bigint IS NULL
           OR @timeout = (SELECT timeout FROM task WHERE task.id = card.task_id))
      AND (@metadata::text IS NULL
           OR CASE WHEN metadata IS NULL THEN @metadata = 'null'
                   WHEN strpos(metadata, @text::text) = 0 AND strpos(metadata, '\') = 0 THEN false
                   WHEN strpos(metadata, @number::text) = 0 AND metadata !~ '[0-9][eE]' THEN false
                   ELSE replace(metadata, '\u0000', '\ufffd')::jsonb
                        @> (SELECT replace(@metadata, '\u0000', '\ufffd')::jsonb) END)
      AND card.run_id <> ALL (ARRAY(SELECT id FROM run WHERE loading))
    ORDER BY card.task_id DESC
    OFFSET @skip::bigint LIMIT @limit::bigint))
ORDER BY id DESC;

-- name: list_found
-- The same by a table or an index that holds only some: @source 0 a group, 1 those that are
-- deleted, 2 those in @state. Beside a group or being deleted, @state is an end. What lives in a
-- run that was ended as a whole is canceled. LIMIT @last leaves nothing out, for there are not
-- more ids up to that one: it makes the planner read in order instead of sorting all.
SELECT * FROM service_task WHERE id = ANY (ARRAY(
    SELECT found.task_id
    FROM (
        (SELECT task_id FROM card
         WHERE @source::smallint = 0 AND group_id = @group_id::text
           AND task_id BETWEEN @first::bigint AND @last::bigint ORDER BY task_id DESC)
        UNION ALL
        (SELECT task_id FROM card
         WHERE @source = 1 AND deleted_at IS NOT NULL
           AND task_id BETWEEN @first AND @last ORDER BY task_id DESC)
        UNION ALL
        (SELECT task_id FROM done
         WHERE @source = 2 AND @state::smallint = 5 AND outcome = 5
           AND task_id BETWEEN @first AND @last ORDER BY task_id DESC)
        UNION ALL
        (SELECT task_id FROM done
         WHERE @source = 2 AND outcome = @state AND outcome <> 5
           AND task_id BETWEEN @first AND @last ORDER BY task_id DESC)
        UNION ALL
        (SELECT card.task_id
         FROM run JOIN card ON card.task_id BETWEEN task_first AND task_last AND run_id = run.id
         WHERE @source = 2 AND @state = 7 AND sweep AND card.task_id BETWEEN @first AND @last
           AND NOT EXISTS (SELECT FROM done WHERE done.task_id = card.task_id)
         ORDER BY task_id DESC)
        UNION ALL
        (SELECT task_id FROM lease
         WHERE @source = 2 AND @state BETWEEN 2 AND 4
           AND @state = CASE WHEN paused_left IS NOT NULL THEN 4
                             WHEN started_at IS NOT NULL THEN 3
                             ELSE 2 END
           AND run_id <> ALL (ARRAY(SELECT id FROM run WHERE sweep))
           AND task_id BETWEEN @first AND @last ORDER BY task_id DESC LIMIT @last)
        UNION ALL
        (SELECT task_id FROM held
         WHERE @source = 2 AND @state = 4
           AND run_id <> ALL (ARRAY(SELECT id FROM run WHERE sweep))
           AND task_id BETWEEN @first AND @last ORDER BY task_id DESC LIMIT @last)
        UNION ALL
        (SELECT task_id FROM need
         WHERE @source = 2 AND @state = 0
           AND (SELECT true FROM held WHERE held.task_id = need.task_id) IS NULL
           AND run_id <> ALL (ARRAY(SELECT id FROM run WHERE sweep))
           AND task_id BETWEEN @first AND @last ORDER BY task_id DESC LIMIT @last)
    ) AS found
    JOIN card ON card.task_id = found.task_id
    WHERE (@source = 2 OR @state IS NULL
           OR @state = coalesce(
               (SELECT outcome FROM done WHERE done.task_id = card.task_id),
               CASE WHEN card.run_id = ANY (ARRAY(SELECT id FROM run WHERE sweep)) THEN 7 END))
      AND (deleted_at IS NOT NULL) = @deleted::boolean
      AND (@run_id::bigint IS NULL OR card.run_id = @run_id)
      AND (@group_id IS NULL OR group_id = @group_id)
      AND (@name_part::text = '' OR strpos(card.name, @name_part) > 0)
      AND (@kind_part::text = '' OR strpos(card.kind, @kind_part) > 0)
      AND (@timeout::bigint IS NULL
           OR @timeout = (SELECT timeout FROM task WHERE task.id = card.task_id))
      AND (@metadata::text IS NULL
           OR CASE WHEN metadata IS NULL THEN @metadata = 'null'
                   WHEN strpos(metadata, @text::text) = 0 AND strpos(metadata, '\') = 0 THEN false
                   WHEN strpos(metadata, @number::text) = 0 AND metadata !~ '[0-9][eE]' THEN false
                   ELSE replace(metadata, '\u0000', '\ufffd')::jsonb
                        @> (SELECT replace(@metadata, '\u0000', '\ufffd')::jsonb) END)
      AND card.run_id <> ALL (ARRAY(SELECT id FROM run WHERE loading))
    ORDER BY found.task_id DESC
    OFFSET @skip::bigint LIMIT @limit::bigint))
ORDER BY id DESC;

-- name: list_pending
-- The same of pending tasks. Ready ones stand in the order of claims: newest first only within a
-- queue and a priority, so the newest of each are merged.
WITH RECURSIVE place (queue_id, nprio) AS (
    (SELECT queue_id, nprio FROM ready ORDER BY queue_id, nprio LIMIT 1)
    UNION ALL
    SELECT next.queue_id, next.nprio
    FROM place
    CROSS JOIN LATERAL (
        SELECT queue_id, nprio FROM ready
        WHERE (ready.queue_id, ready.nprio) > (place.queue_id, place.nprio)
        ORDER BY queue_id, nprio LIMIT 1) AS next)
SELECT * FROM service_task WHERE id = ANY (ARRAY(
    SELECT newest.task_id
    FROM (SELECT queue_id, nprio FROM place UNION ALL SELECT NULL, NULL) AS place
    CROSS JOIN LATERAL (
        SELECT card.task_id
        FROM (
            (SELECT task_id, run_id FROM ready
             WHERE queue_id = place.queue_id AND nprio = place.nprio
               AND task_id BETWEEN @first::bigint AND @last::bigint ORDER BY task_id DESC)
            UNION ALL
            (SELECT task_id, run_id FROM timer
             WHERE place.queue_id IS NULL AND task_id BETWEEN @first AND @last
             ORDER BY task_id DESC LIMIT @last)
        ) AS live
        JOIN card ON card.task_id = live.task_id
        WHERE live.run_id <> ALL (ARRAY(SELECT id FROM run WHERE sweep))
          AND (deleted_at IS NOT NULL) = @deleted::boolean
          AND (@run_id::bigint IS NULL OR card.run_id = @run_id)
          AND (@group_id::text IS NULL OR group_id = @group_id)
          AND (@name_part::text = '' OR strpos(card.name, @name_part) > 0)
          AND (@kind_part::text = '' OR strpos(card.kind, @kind_part) > 0)
          AND (@timeout::bigint IS NULL
               OR @timeout = (SELECT timeout FROM task WHERE task.id = card.task_id))
          AND (@metadata::text IS NULL
               OR CASE WHEN metadata IS NULL THEN @metadata = 'null'
                       WHEN strpos(metadata, @text::text) = 0 AND strpos(metadata, '\') = 0
                       THEN false
                       WHEN strpos(metadata, @number::text) = 0 AND metadata !~ '[0-9][eE]'
                       THEN false
                       ELSE replace(metadata, '\u0000', '\ufffd')::jsonb
                            @> (SELECT replace(@metadata, '\u0000', '\ufffd')::jsonb) END)
          AND card.run_id <> ALL (ARRAY(SELECT id FROM run WHERE loading))
        ORDER BY live.task_id DESC
        LIMIT @skip::bigint + @limit::bigint) AS newest
    ORDER BY newest.task_id DESC
    OFFSET @skip LIMIT @limit))
ORDER BY id DESC;

-- name: run_tasks
-- The bounds are looked up apart, so that the cards are read in order from the first one on.
SELECT * FROM service_task WHERE id = ANY (ARRAY(
    SELECT task_id FROM card
    WHERE run_id = @run_id::bigint
      AND task_id BETWEEN (SELECT greatest(task_first, @after::bigint + 1) FROM run
                           WHERE id = @run_id AND kind = 0 AND state <> 0)
                      AND (SELECT task_last FROM run WHERE id = @run_id)
    ORDER BY task_id LIMIT @limit::bigint))
ORDER BY id;

-- name: run_links
-- The parents of a page are found first, in order, until their links fill it: sorting would join
-- all that follow, each time.
SELECT parent_id, child_id, condition, unmet
FROM link JOIN card AS child ON child.task_id = child_id AND child.run_id = @run_id::bigint
WHERE parent_id = ANY (ARRAY(
    SELECT task_id
    FROM card CROSS JOIN LATERAL
         (SELECT FROM link WHERE link.parent_id = card.task_id LIMIT @limit::bigint) AS outgoing
    WHERE run_id = @run_id
      AND task_id BETWEEN (SELECT greatest(task_first, @after::bigint + 1) FROM run
                           WHERE id = @run_id AND kind = 0 AND state <> 0 AND linked)
                      AND (SELECT task_last FROM run WHERE id = @run_id)
    ORDER BY task_id LIMIT @limit))
ORDER BY parent_id, child_id;

-- name: view_batch
SELECT * FROM service_batch WHERE id = @id::bigint;

-- name: list_batches
-- Newest first. The counters of a run say whether it has tasks of an end; live states are looked up
-- in their tables; what is asked of cards, in these.
SELECT * FROM service_batch WHERE id = ANY (ARRAY(
    SELECT id
    FROM run
    WHERE kind = 0 AND state <> 0 AND total > 0
      AND (@created_after::timestamptz IS NULL OR created_at >= @created_after)
      AND (@created_before::timestamptz IS NULL OR created_at <= @created_before)
      AND CASE WHEN @state::smallint IS NULL THEN true
               WHEN @state = 5 THEN succeeded > 0
               WHEN @state = 6 THEN failed > 0
               WHEN @state = 7 THEN canceled > 0
               WHEN @state = 8 THEN skipped > 0
               ELSE total > succeeded + failed + canceled + skipped END
      AND CASE
          WHEN @name_part::text <> '' OR @kind_part::text <> '' THEN EXISTS (
              SELECT FROM card
              WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id
                AND (@name_part = '' OR strpos(card.name, @name_part) > 0)
                AND (@kind_part = '' OR strpos(card.kind, @kind_part) > 0)
                AND (@state IS NULL
                     OR @state = coalesce(
                         (SELECT outcome FROM done WHERE done.task_id = card.task_id),
                         CASE WHEN run.state >= 2 THEN 7 END,
                         (SELECT CASE WHEN paused_left IS NOT NULL THEN 4
                                      WHEN started_at IS NOT NULL THEN 3
                                      ELSE 2 END
                          FROM lease WHERE lease.task_id = card.task_id),
                         (SELECT 4 FROM held WHERE held.task_id = card.task_id),
                         (SELECT 0 FROM need WHERE need.task_id = card.task_id), 1)))
          WHEN @state IS NULL OR @state > 4 THEN true
          WHEN @state = 0 THEN EXISTS (
              SELECT FROM need
              WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id
                AND NOT EXISTS (SELECT FROM held WHERE held.task_id = need.task_id))
          WHEN @state = 1 THEN total - succeeded - failed - canceled - skipped > (
              SELECT count(*) FROM (
                  SELECT task_id, run_id FROM lease
                  WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id
                  UNION ALL
                  SELECT task_id, run_id FROM held
                  WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id
                  UNION ALL
                  SELECT task_id, run_id FROM need
                  WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id
                    AND NOT EXISTS (SELECT FROM held WHERE held.task_id = need.task_id)) AS other)
          ELSE EXISTS (
              SELECT FROM lease
              WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id
                AND @state = CASE WHEN paused_left IS NOT NULL THEN 4
                                  WHEN started_at IS NOT NULL THEN 3
                                  ELSE 2 END)
            OR (@state = 4 AND EXISTS (
              SELECT FROM held
              WHERE task_id BETWEEN task_first AND task_last AND run_id = run.id)) END
    ORDER BY id DESC
    OFFSET @skip::bigint LIMIT @limit::bigint))
ORDER BY id DESC;

-- name: batch_kinds
SELECT DISTINCT kind FROM card
WHERE task_id BETWEEN @first::bigint AND @last::bigint AND run_id = @run_id::bigint;

-- name: newest_run
SELECT max(id) FROM run;

-- name: view_delivery
SELECT * FROM service_delivery WHERE id = @id::bigint;

-- name: list_deliveries
-- Newest first, here and below.
SELECT * FROM service_delivery WHERE id = ANY (ARRAY(
    SELECT id FROM delivery
    WHERE id < @before::bigint
      AND (@status::smallint IS NULL OR status = @status)
      AND (@run_id::bigint IS NULL OR run_id = @run_id)
      AND (@trigger::smallint IS NULL OR trigger = @trigger)
    ORDER BY id DESC LIMIT @limit::bigint))
ORDER BY id DESC;

-- name: list_deliveries_of_task
SELECT * FROM service_delivery WHERE id = ANY (ARRAY(
    SELECT id FROM delivery
    WHERE id < @before::bigint AND task_id = @task_id::bigint
      AND (@status::smallint IS NULL OR status = @status)
      AND (@run_id::bigint IS NULL OR run_id = @run_id)
      AND (@trigger::smallint IS NULL OR trigger = @trigger)
    ORDER BY id DESC LIMIT @limit::bigint))
ORDER BY id DESC;

-- name: list_dead_deliveries
SELECT * FROM service_delivery WHERE id = ANY (ARRAY(
    SELECT id FROM delivery
    WHERE id < @before::bigint AND status = 2
      AND (@run_id::bigint IS NULL OR run_id = @run_id)
      AND (@trigger::smallint IS NULL OR trigger = @trigger)
    ORDER BY id DESC LIMIT @limit::bigint))
ORDER BY id DESC;

-- name: next_owed
SELECT min(due) FROM owed WHERE worker_id = 0;

-- name: gates_of_task
SELECT gates FROM card WHERE task_id = @task_id::bigint AND gates IS NOT NULL;

-- name: signature
SELECT id, use, status, kind, fields FROM signature WHERE id = @id::bigint;

-- name: counter_total
SELECT total FROM counter WHERE signature_id = @signature_id::bigint AND key = @key::text;

-- name: group_holders
SELECT member.task_id, run.created_at
FROM member
JOIN task ON task.id = member.task_id
JOIN run ON run.id = task.run_id
WHERE member.signature_id = @signature_id::bigint AND member.key = @key::text
ORDER BY member.task_id LIMIT 10;

-- name: view_group
SELECT subject.state, count(*),
       least(coalesce(sum(progress.success), 0), 9223372036854775807)::bigint,
       least(coalesce(sum(progress.failures), 0), 9223372036854775807)::bigint,
       count(card.expected_count),
       least(coalesce(sum(card.expected_count), 0), 9223372036854775807)::bigint,
       min(run.created_at),
       max(greatest(run.created_at, coalesce(progress.updated_at, run.created_at),
                    coalesce(lease.started_at, lease.claimed_at, run.created_at),
                    coalesce(done.finished_at, run.created_at)))
FROM card
JOIN subject ON subject.task_id = card.task_id
JOIN run ON run.id = card.run_id AND run.state <> 0
LEFT JOIN progress ON progress.task_id = card.task_id
LEFT JOIN lease ON lease.task_id = card.task_id
LEFT JOIN done ON done.task_id = card.task_id
WHERE card.group_id = @group_id::text AND card.deleted_at IS NULL
GROUP BY subject.state;

-- name: group_kinds
SELECT DISTINCT kind FROM card
WHERE group_id = @group_id::text AND deleted_at IS NULL
ORDER BY kind;

-- name: group_ids
-- A loose index scan: two seeks for each group, however many tasks it has, but for hidden ones.
WITH RECURSIVE groups (id) AS (
    SELECT min(group_id) FROM card WHERE group_id IS NOT NULL
    UNION ALL
    SELECT (SELECT min(group_id) FROM card WHERE group_id > groups.id)
    FROM groups WHERE groups.id IS NOT NULL),
newest (id, task_id) AS MATERIALIZED (
    SELECT id,
           (SELECT task_id FROM card
            WHERE group_id = groups.id AND deleted_at IS NULL
              AND EXISTS (SELECT FROM run WHERE run.id = card.run_id AND run.state <> 0)
            ORDER BY task_id DESC LIMIT 1)
    FROM groups WHERE id IS NOT NULL)
SELECT id FROM newest WHERE task_id IS NOT NULL
ORDER BY task_id DESC
LIMIT @limit::bigint OFFSET @skip::bigint;

-- name: live_group_tasks
SELECT card.task_id, card.run_id
FROM card
WHERE card.group_id = @group_id::text AND card.task_id > @after::bigint
  AND NOT EXISTS (SELECT FROM done WHERE done.task_id = card.task_id)
ORDER BY card.task_id LIMIT @limit::bigint;
