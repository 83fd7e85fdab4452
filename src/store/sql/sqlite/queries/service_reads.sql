-- The lists (list_*) look at a piece of one table, newest first from @upto on, and say of each row
-- whether it fits: so the number of rows that one snapshot looks at is bounded.

-- name: view_tasks
-- Consecutive tasks with all their rows. What only a live task has is looked for when there is no
-- done row. CROSS JOIN keeps the order of the tables.
SELECT task.id, task.run_id, task.queue_id, task.nprio, task.timeout, task.retry, task.name,
       task.payload,
       card.task_id, card.run_id, card.flags, card.success_actions, card.failure_actions,
       card.cancel_actions, card.expected_count, card.scheduled_at, card.deleted_at, card.kind,
       card.name, card.group_id, card.requester, card.metadata, card.rules, card.gates,
       run.state, run.created_at, worker.name, worker.host,
       progress.task_id, progress.run_id, progress.updated_at, progress.success, progress.failures,
       progress.cancel_actions_count, progress.failure_reason, progress.cancel_actions,
       done.outcome, done.attempt, done.tries, done.worker_id, done.claimed_at, done.started_at,
       done.finished_at, done.result, done.error,
       held.task_id IS NOT NULL,
       coalesce(held.attempt, timer.attempt, ready.attempt),
       coalesce(held.tries, timer.tries, ready.tries),
       coalesce(held.rescues, timer.rescues, ready.rescues), coalesce(held.run_at, timer.due),
       need.unfinished, need.attempt, need.run_at,
       lease.attempt, lease.tries, lease.rescues, lease.worker_id, lease.owner, lease.claimed_at,
       lease.started_at, lease.expires_at, lease.paused_left
FROM card
CROSS JOIN task ON task.id = card.task_id
CROSS JOIN run ON run.id = card.run_id AND run.state <> 0
LEFT JOIN progress ON progress.task_id = card.task_id
LEFT JOIN done ON done.task_id = card.task_id
LEFT JOIN lease ON lease.task_id = CASE WHEN done.task_id IS NULL THEN card.task_id END
LEFT JOIN held ON held.task_id = CASE WHEN done.task_id IS NULL THEN card.task_id END
LEFT JOIN need ON need.task_id = CASE WHEN done.task_id IS NULL THEN card.task_id END
LEFT JOIN timer ON timer.task_id = CASE WHEN done.task_id IS NULL THEN card.task_id END
LEFT JOIN ready ON ready.queue_id = CASE WHEN done.task_id IS NULL THEN task.queue_id END
               AND ready.nprio = task.nprio AND ready.task_id = card.task_id
LEFT JOIN worker ON worker.id = coalesce(lease.worker_id, done.worker_id)
WHERE card.task_id BETWEEN @first AND @last
ORDER BY card.task_id;

-- name: read_spec
SELECT spec FROM run_detail WHERE run_id = @run_id;

-- name: run_of_card
SELECT run.id FROM card JOIN run ON run.id = card.run_id WHERE task_id = @task_id AND state <> 0;

-- name: find_batch
SELECT task_first, task_last, linked FROM run WHERE id = @id AND kind = 0 AND state <> 0;

-- name: newest_card
SELECT task_id FROM card ORDER BY task_id DESC LIMIT 1;

-- name: list_cards
-- @deleted NULL: deleted or not. Only a condition of CASE or WHERE stops at what does not hold.
SELECT task_id, run_id,
       CASE WHEN (@deleted IS NULL OR (deleted_at IS NOT NULL) = @deleted)
             AND (@group_id IS NULL OR group_id = @group_id)
             AND (@name_part = '' OR instr(name, @name_part) > 0)
             AND (@kind_part = '' OR instr(kind, @kind_part) > 0)
             AND (@timeout IS NULL
                  OR @timeout = (SELECT timeout FROM task WHERE task.id = card.task_id))
             AND run_id NOT IN (SELECT id FROM run WHERE state = 0) THEN 1 END,
       CASE WHEN @with_metadata THEN metadata END
FROM card
WHERE task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: list_group
SELECT task_id, run_id, 1 FROM card
WHERE group_id = @group_id AND task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: list_deleted
SELECT task_id, run_id, 1 FROM card
WHERE deleted_at IS NOT NULL AND task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: list_waiting
-- What lives in a run that was ended as a whole is canceled, here and below.
SELECT task_id, run_id,
       run_id NOT IN (SELECT id FROM run WHERE sweep = 1)
         AND NOT EXISTS (SELECT 1 FROM held WHERE held.task_id = need.task_id)
FROM need
WHERE task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: list_timers
SELECT task_id, run_id, run_id NOT IN (SELECT id FROM run WHERE sweep = 1)
FROM timer
WHERE task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: next_ready_place
-- A queue and a priority behind others where something is ready.
SELECT queue_id, nprio FROM ready
WHERE (queue_id, nprio) > (@queue_id, @nprio)
ORDER BY queue_id, nprio LIMIT 1;

-- name: list_ready
SELECT task_id, run_id, run_id NOT IN (SELECT id FROM run WHERE sweep = 1)
FROM ready
WHERE queue_id = @queue_id AND nprio = @nprio AND task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: list_leases
-- @shown: 0 claimed, 1 running, 2 paused.
SELECT task_id, run_id,
       run_id NOT IN (SELECT id FROM run WHERE sweep = 1)
         AND @shown = CASE WHEN paused_left IS NOT NULL THEN 2
                           WHEN started_at IS NOT NULL THEN 1
                           ELSE 0 END
FROM lease
WHERE task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: list_held
SELECT task_id, run_id, run_id NOT IN (SELECT id FROM run WHERE sweep = 1)
FROM held
WHERE task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: list_succeeded
SELECT task_id, run_id, outcome = 5 FROM done
WHERE task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: list_unsuccessful
SELECT task_id, run_id, 1 FROM done
WHERE outcome = @outcome AND outcome <> 5 AND task_id <= @upto
ORDER BY task_id DESC LIMIT @limit;

-- name: swept_runs
SELECT id, task_first, task_last FROM run WHERE sweep = 1 AND kind = 0;

-- name: list_unswept
SELECT task_id, run_id,
       run_id = @run_id AND NOT EXISTS (SELECT 1 FROM done WHERE done.task_id = card.task_id)
FROM card
WHERE task_id BETWEEN @task_first AND min(@task_last, @upto)
ORDER BY task_id DESC LIMIT @limit;

-- name: run_card_ids
SELECT task_id FROM card
WHERE task_id > @after AND task_id <= @last AND run_id = @run_id
ORDER BY task_id LIMIT @limit;

-- name: run_links_from
SELECT parent_id, child_id, condition, unmet
FROM link CROSS JOIN card ON card.task_id = link.child_id AND card.run_id = @run_id
WHERE parent_id = @parent_id
ORDER BY child_id;

-- name: newest_run
SELECT id FROM run ORDER BY id DESC LIMIT 1;

-- name: list_runs
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at
FROM run
WHERE id <= @upto
ORDER BY id DESC LIMIT @limit;

-- name: read_batch
SELECT id, kind, state, ending, linked, staged, sweep, total, succeeded, failed, canceled, skipped,
       task_first, task_last, created_at, finished_at, expires_at
FROM run WHERE id = @id AND kind = 0 AND state <> 0;

-- name: batch_figures
-- Of the tasks of one run within a range. Sums are given in two halves, of which none overflows.
-- The end of a final run is later than all that live tasks and attempts could tell.
SELECT cards.*, reported.success_high, reported.success_low, reported.failures_high,
       reported.failures_low, waiting.n, leased.claimed, leased.running, leased.paused + held.n,
       nullif(max(coalesce(reported.latest, 0), coalesce(leased.latest, 0),
                  coalesce(ended.latest, 0), coalesce(tried.latest, 0)), 0)
FROM (SELECT count(*), count(expected_count), coalesce(sum(expected_count >> 32), 0),
             coalesce(sum(expected_count & 4294967295), 0)
      FROM card
      WHERE task_id BETWEEN @first AND @last AND run_id = @run_id) AS cards,
     (SELECT coalesce(sum(success >> 32), 0) AS success_high,
             coalesce(sum(success & 4294967295), 0) AS success_low,
             coalesce(sum(failures >> 32), 0) AS failures_high,
             coalesce(sum(failures & 4294967295), 0) AS failures_low, max(updated_at) AS latest
      FROM progress
      WHERE task_id BETWEEN @first AND @last AND run_id = @run_id) AS reported,
     (SELECT count(*) AS n
      FROM need
      WHERE NOT @is_final AND task_id BETWEEN @first AND @last AND run_id = @run_id
        AND NOT EXISTS (SELECT 1 FROM held WHERE held.task_id = need.task_id)) AS waiting,
     (SELECT count(*) FILTER (WHERE paused_left IS NULL AND started_at IS NULL) AS claimed,
             count(*) FILTER (WHERE paused_left IS NULL AND started_at IS NOT NULL) AS running,
             count(paused_left) AS paused, max(coalesce(started_at, claimed_at)) AS latest
      FROM lease
      WHERE NOT @is_final AND task_id BETWEEN @first AND @last AND run_id = @run_id) AS leased,
     (SELECT count(*) AS n
      FROM held
      WHERE NOT @is_final AND task_id BETWEEN @first AND @last AND run_id = @run_id) AS held,
     (SELECT max(finished_at) AS latest
      FROM done
      WHERE NOT @is_final AND task_id BETWEEN @first AND @last AND run_id = @run_id) AS ended,
     (SELECT max(finished_at) AS latest
      FROM attempt
      WHERE NOT @is_final AND task_id BETWEEN @first AND @last
        AND @run_id = (SELECT run_id FROM card WHERE card.task_id = attempt.task_id)) AS tried;

-- name: batch_kinds
SELECT DISTINCT kind FROM card
WHERE task_id BETWEEN @first AND @last AND run_id = @run_id;

-- name: view_delivery
SELECT delivery.id, delivery.run_id, task_id, next_id, delivery.created_at, updated_at, attempt,
       position, tries, answered, trigger, status, reason, answer, action, idempotency_key,
       owed.due, run.created_at
FROM delivery
CROSS JOIN run ON run.id = delivery.run_id
LEFT JOIN owed ON owed.delivery_id = delivery.id
WHERE delivery.id = @id;

-- name: newest_delivery
SELECT id FROM delivery ORDER BY id DESC LIMIT 1;

-- name: list_deliveries
SELECT id, run_id,
       (@status IS NULL OR status = @status) AND (@run_id IS NULL OR run_id = @run_id)
         AND (@trigger IS NULL OR trigger = @trigger)
FROM delivery
WHERE id <= @upto
ORDER BY id DESC LIMIT @limit;

-- name: list_deliveries_of_task
SELECT id, run_id,
       (@status IS NULL OR status = @status) AND (@run_id IS NULL OR run_id = @run_id)
         AND (@trigger IS NULL OR trigger = @trigger)
FROM delivery
WHERE task_id = @task_id AND id <= @upto
ORDER BY id DESC LIMIT @limit;

-- name: list_dead_deliveries
SELECT id, run_id,
       (@run_id IS NULL OR run_id = @run_id) AND (@trigger IS NULL OR trigger = @trigger)
FROM delivery
WHERE status = 2 AND id <= @upto
ORDER BY id DESC LIMIT @limit;

-- name: next_owed
SELECT min(due) FROM owed WHERE worker_id = 0;

-- name: gates_of_task
SELECT gates FROM card WHERE task_id = @task_id AND gates IS NOT NULL;

-- name: signature
SELECT id, use, status, kind, fields FROM signature WHERE id = @id;

-- name: counter_total
SELECT total FROM counter WHERE signature_id = @signature_id AND key = @key;

-- name: group_holders
SELECT member.task_id, run.created_at
FROM member
JOIN task ON task.id = member.task_id
JOIN run ON run.id = task.run_id
WHERE member.signature_id = @signature_id AND member.key = @key
ORDER BY member.task_id LIMIT 10;

-- name: view_group
-- Sums are given in two halves, of which none overflows.
SELECT subject.state, count(*), coalesce(sum(progress.success >> 32), 0),
       coalesce(sum(progress.success & 4294967295), 0), coalesce(sum(progress.failures >> 32), 0),
       coalesce(sum(progress.failures & 4294967295), 0), count(card.expected_count),
       coalesce(sum(card.expected_count >> 32), 0),
       coalesce(sum(card.expected_count & 4294967295), 0), min(run.created_at),
       max(max(run.created_at, coalesce(progress.updated_at, run.created_at),
                    coalesce(lease.started_at, lease.claimed_at, run.created_at),
                    coalesce(done.finished_at, run.created_at)))
FROM card
JOIN subject ON subject.task_id = card.task_id
JOIN run ON run.id = card.run_id AND run.state <> 0
LEFT JOIN progress ON progress.task_id = card.task_id
LEFT JOIN lease ON lease.task_id = card.task_id
LEFT JOIN done ON done.task_id = card.task_id
WHERE card.group_id = @group_id AND card.deleted_at IS NULL
GROUP BY subject.state;

-- name: group_kinds
SELECT DISTINCT kind FROM card
WHERE group_id = @group_id AND deleted_at IS NULL
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
              AND EXISTS (SELECT 1 FROM run WHERE run.id = card.run_id AND run.state <> 0)
            ORDER BY task_id DESC LIMIT 1)
    FROM groups WHERE id IS NOT NULL)
SELECT id FROM newest WHERE task_id IS NOT NULL
ORDER BY task_id DESC
LIMIT @limit OFFSET @skip;

-- name: live_group_tasks
SELECT card.task_id, card.run_id
FROM card
WHERE card.group_id = @group_id AND card.task_id > @after
  AND NOT EXISTS (SELECT 1 FROM done WHERE done.task_id = card.task_id)
ORDER BY card.task_id LIMIT @limit;
