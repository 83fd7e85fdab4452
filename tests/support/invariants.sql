-- What must hold between any two transactions (docs/architecture.md, section 2). Each query gives
-- the rows that break its rule: none, when all is well. Both dialects understand them; "/*place*/"
-- stands for the view below. Read by src/store/testing/invariants.cc and
-- tests/functional/checker.py.

-- name: place
-- Where tasks stand. A task that was paused while it waits stands in held and need: one place.
SELECT task_id, run_id, queue_id, nprio, attempt, tries, 'timer' AS place, 0 AS is_started
FROM timer
UNION ALL
SELECT task_id, run_id, queue_id, nprio, attempt, tries, 'ready', 0 FROM ready
UNION ALL
SELECT task_id, run_id, queue_id, nprio, attempt, tries, 'held', 0 FROM held
UNION ALL
SELECT task_id, run_id, queue_id, nprio, attempt, tries, 'lease', 1 FROM lease
UNION ALL
SELECT task_id, run_id, queue_id, nprio, attempt, 0, 'need', 0 FROM need
WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.task_id = need.task_id)
UNION ALL
SELECT done.task_id, done.run_id, task.queue_id, task.nprio, attempt, tries, 'done',
       CASE WHEN claimed_at IS NULL THEN 0 ELSE 1 END
FROM done JOIN task ON task.id = done.task_id;

-- name: I6 a task stands in exactly one place
SELECT task.id, task.run_id, count(place.task_id) AS places, min(place.place), max(place.place)
FROM task LEFT JOIN (/*place*/) place ON place.task_id = task.id
GROUP BY task.id, task.run_id
HAVING count(place.task_id) <> 1;

-- name: I6 a place belongs to a task and says the same as its row
SELECT place.task_id, place.place, place.run_id, place.queue_id, place.nprio
FROM (/*place*/) place LEFT JOIN task ON task.id = place.task_id
WHERE task.id IS NULL OR task.run_id <> place.run_id OR task.queue_id <> place.queue_id
   OR task.nprio <> place.nprio;

-- name: I6 a task belongs to a run and to a queue that its run may use
SELECT task.id, task.run_id, task.queue_id
FROM task
LEFT JOIN run ON run.id = task.run_id
LEFT JOIN queue ON queue.id = task.queue_id AND queue.run_id IN (0, task.run_id)
WHERE run.id IS NULL OR queue.id IS NULL OR task.id NOT BETWEEN run.task_first AND run.task_last;

-- name: I6 the tasks of a final run are final, unless it is still being swept
SELECT place.task_id, place.run_id, place.place
FROM (/*place*/) place JOIN run ON run.id = place.run_id
WHERE place.place <> 'done' AND run.state >= 2 AND NOT run.sweep;

-- name: I1 a run is final when all its tasks are
SELECT id, state, total, succeeded, failed, canceled, skipped FROM run
WHERE (state = 1 AND succeeded + failed + canceled + skipped = total)
   OR (state >= 2 AND succeeded + failed + canceled + skipped <> total);

-- name: I1 the state of a final run follows from its tasks
SELECT id, state, ending, failed FROM run
WHERE state >= 2
  AND state <> CASE WHEN ending = 1 THEN 4 WHEN ending = 2 OR failed > 0 THEN 3 ELSE 2 END;

-- name: I7 the counters of a run agree with its done rows
SELECT run.id, run.succeeded, run.failed, run.canceled, run.skipped,
       count(done.task_id) AS done_rows
FROM run LEFT JOIN done ON done.run_id = run.id
GROUP BY run.id, run.succeeded, run.failed, run.canceled, run.skipped, run.sweep
HAVING run.succeeded <> coalesce(sum(CASE WHEN outcome = 5 THEN 1 ELSE 0 END), 0)
    OR run.failed <> coalesce(sum(CASE WHEN outcome = 6 THEN 1 ELSE 0 END), 0)
    OR run.canceled < coalesce(sum(CASE WHEN outcome = 7 THEN 1 ELSE 0 END), 0)
    OR (run.canceled > coalesce(sum(CASE WHEN outcome = 7 THEN 1 ELSE 0 END), 0) AND NOT run.sweep)
    OR run.skipped <> coalesce(sum(CASE WHEN outcome = 8 THEN 1 ELSE 0 END), 0);

-- name: I7 a run has as many tasks as it says
SELECT run.id, run.total, count(task.id) AS task_rows
FROM run LEFT JOIN task ON task.run_id = run.id
GROUP BY run.id, run.total
HAVING run.total <> count(task.id);

-- name: I7 every attempt but the last has its line in the log
SELECT place.task_id, place.place, place.attempt, place.is_started, count(attempt.attempt) AS lines
FROM (/*place*/) place LEFT JOIN attempt ON attempt.task_id = place.task_id
GROUP BY place.task_id, place.place, place.attempt, place.is_started
HAVING count(attempt.attempt) <> place.attempt - place.is_started
    OR max(attempt.attempt) > place.attempt - place.is_started;

-- name: I7 no more tries have failed than there were attempts
SELECT task_id, place, attempt, tries FROM (/*place*/) place WHERE tries > attempt;

-- name: I3 a waiting task waits for as many parents as are not final
-- Parents of other runs have a link of their own until they end, and then a settlement until the
-- child has heard of it.
SELECT need.task_id, need.unfinished, parents.live
FROM need
JOIN (SELECT need.task_id,
             (SELECT count(*) FROM link
              WHERE link.child_id = need.task_id
                AND NOT EXISTS (SELECT 1 FROM done WHERE done.task_id = link.parent_id))
             + (SELECT count(*) FROM outside_link WHERE child_id = need.task_id)
             + (SELECT count(*) FROM settle WHERE child_id = need.task_id) AS live
      FROM need) parents ON parents.task_id = need.task_id
WHERE need.unfinished <> parents.live OR need.unfinished = 0;

-- name: I3 a parent that has ended has no link into another run any more
SELECT outside_link.parent_id, outside_link.child_id
FROM outside_link
JOIN done ON done.task_id = outside_link.parent_id
JOIN run ON run.id = done.run_id
WHERE NOT run.sweep;

-- name: I3 an unmet condition ends the child at once
SELECT link.parent_id, link.child_id, link.condition, done.outcome
FROM need
JOIN link ON link.child_id = need.task_id
JOIN done ON done.task_id = link.parent_id
JOIN run ON run.id = need.run_id
WHERE NOT run.sweep
  AND ((link.condition = 0 AND done.outcome <> 5)
    OR (link.condition = 1 AND done.outcome NOT IN (6, 7))
    OR (link.condition = 3 AND done.outcome NOT IN (5, 8)));

-- name: I3 a task that has started or may start had its conditions met
-- A parent that lives again says nothing about a child that was released before.
SELECT link.parent_id, link.child_id, link.condition, done.outcome, place.place
FROM (/*place*/) place
JOIN link ON link.child_id = place.task_id
JOIN done ON done.task_id = link.parent_id
WHERE place.place IN ('timer', 'ready') AND place.attempt = 0
  AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.task_id = link.parent_id)
  AND ((link.condition = 0 AND done.outcome <> 5)
    OR (link.condition = 1 AND done.outcome NOT IN (6, 7))
    OR (link.condition = 3 AND done.outcome NOT IN (5, 8)));

-- name: I2 an output that is kept is of the attempt that holds the task or has ended it well
SELECT output.run_id, output.task_id, output.attempt, output.state
FROM output
LEFT JOIN lease ON lease.task_id = output.task_id AND lease.attempt = output.attempt
LEFT JOIN done ON done.task_id = output.task_id AND done.attempt = output.attempt
      AND done.outcome = 5
JOIN run ON run.id = output.run_id
WHERE run.kind = 1 AND output.state < 2 AND lease.task_id IS NULL AND done.task_id IS NULL;

-- name: I2 what may still be uploaded is not removed before
SELECT output.run_id, output.task_id, output.attempt, output.updated_at, upload_leave.until
FROM output
JOIN upload_leave ON upload_leave.task_id = output.task_id
                 AND upload_leave.attempt = output.attempt
WHERE output.state = 2 AND output.updated_at < upload_leave.until;

-- name: I2 a leave is of a run that is there, and so is a job on Kubernetes
SELECT upload_leave.task_id, upload_leave.run_id
FROM upload_leave LEFT JOIN run ON run.id = upload_leave.run_id
WHERE run.id IS NULL
UNION ALL
SELECT cluster_job.run_id, run.kind
FROM cluster_job LEFT JOIN run ON run.id = cluster_job.run_id
WHERE run.id IS NULL OR run.kind <> 1;

-- name: I2 an attempt that waits by itself is its worker's, and its clock stands
SELECT task_id, attempt, owner, expires_at FROM lease
WHERE deferred_left IS NOT NULL AND (owner <> 0 OR expires_at IS NOT NULL);

-- name: I1 an idempotency key names a run that is there
SELECT request.run_id FROM request LEFT JOIN run ON run.id = request.run_id WHERE run.id IS NULL;

-- name: I6 nothing hangs on tasks that are not there
SELECT link.parent_id, link.child_id FROM link
LEFT JOIN task parent ON parent.id = link.parent_id
LEFT JOIN task child ON child.id = link.child_id
WHERE parent.id IS NULL OR child.id IS NULL
UNION ALL
SELECT attempt.task_id, attempt.attempt FROM attempt
LEFT JOIN task ON task.id = attempt.task_id
WHERE task.id IS NULL;

-- name: I8 a delivery waits when it is owed, or will be once an earlier one was tried
SELECT delivery.id, delivery.task_id, delivery.status, owed.delivery_id
FROM delivery LEFT JOIN owed ON owed.delivery_id = delivery.id
WHERE CASE WHEN owed.delivery_id IS NOT NULL THEN delivery.status <> 0
           ELSE delivery.status = 0
                AND NOT EXISTS (SELECT 1 FROM delivery AS earlier
                                WHERE earlier.next_id = delivery.id) END;

-- name: I8 what is owed is a delivery
SELECT owed.delivery_id FROM owed LEFT JOIN delivery ON delivery.id = owed.delivery_id
WHERE delivery.id IS NULL;

-- name: I8 the end of a task owes each webhook of that end
SELECT done.task_id, done.outcome, done.attempt, count(delivery.id) AS deliveries
FROM done
JOIN card ON card.task_id = done.task_id
LEFT JOIN delivery ON delivery.task_id = done.task_id AND delivery.action = ''
                  AND delivery.trigger = CASE done.outcome WHEN 5 THEN 1 ELSE 2 END
                  AND delivery.attempt = done.attempt
                                         + CASE WHEN done.claimed_at IS NULL THEN 1 ELSE 0 END
WHERE done.outcome IN (5, 6)
GROUP BY done.task_id, done.outcome, done.attempt, card.success_actions, card.failure_actions
HAVING count(delivery.id)
       <> CASE done.outcome WHEN 5 THEN card.success_actions ELSE card.failure_actions END;

-- name: I4 a counter is the sum of its members
SELECT signature.id, coalesce(counter.key, member.key), counter.total, sum(member.amount)
FROM member
JOIN signature ON signature.id = member.signature_id AND signature.use <> 2
LEFT JOIN counter ON counter.signature_id = member.signature_id AND counter.key = member.key
GROUP BY signature.id, member.key, counter.key, counter.total
HAVING counter.total IS NULL OR counter.total <> sum(member.amount)
UNION ALL
SELECT counter.signature_id, counter.key, counter.total, NULL FROM counter
WHERE NOT EXISTS (SELECT 1 FROM member WHERE member.signature_id = counter.signature_id
                                         AND member.key = counter.key);

-- name: I4 what counts by its size counts what is left to do
SELECT member.task_id, member.amount, expected_count, success, failures
FROM member
JOIN signature ON signature.id = member.signature_id AND signature.use = 1
JOIN card ON card.task_id = member.task_id
LEFT JOIN progress ON progress.task_id = member.task_id
WHERE member.amount <> CAST(coalesce(expected_count, 0) AS numeric) - coalesce(success, 0)
                       - coalesce(failures, 0);

-- name: I4 what counts as running or claimed is leased and not paused
SELECT member.task_id, signature.status
FROM member
JOIN signature ON signature.id = member.signature_id AND signature.status IN (2, 3)
LEFT JOIN lease ON lease.task_id = member.task_id AND lease.paused_left IS NULL
WHERE lease.task_id IS NULL;

-- name: I4 a running task counts for each signature of its kind without fields
SELECT lease.task_id, signature.id
FROM lease
JOIN card ON card.task_id = lease.task_id
JOIN signature ON signature.kind = card.kind AND signature.status = 3 AND signature.use = 0
              AND signature.fields = '[]'
LEFT JOIN member ON member.task_id = lease.task_id AND member.signature_id = signature.id
WHERE lease.paused_left IS NULL AND member.task_id IS NULL;

-- name: I4 a ready task with rules stands in a line, and nothing else does
SELECT ready.task_id, ready.queue_id, gated.queue_id FROM ready
JOIN queue ON queue.id = ready.queue_id AND queue.ruled
LEFT JOIN gated ON gated.task_id = ready.task_id AND gated.queue_id = ready.queue_id
               AND gated.nprio = ready.nprio
LEFT JOIN card ON card.task_id = ready.task_id AND card.line = gated.line
WHERE card.task_id IS NULL
UNION ALL
SELECT gated.task_id, ready.queue_id, gated.queue_id FROM gated
LEFT JOIN ready ON ready.queue_id = gated.queue_id AND ready.nprio = gated.nprio
               AND ready.task_id = gated.task_id
WHERE ready.task_id IS NULL;

-- name: I4 a task waits in the queue that its rules ask for
SELECT task.id, queue.ruled, card.gates FROM card
JOIN task ON task.id = card.task_id
JOIN queue ON queue.id = task.queue_id
WHERE (card.gates IS NULL) = queue.ruled;

-- name: I4 a stored rule is used by tasks that are not final
SELECT rule_use.task_id, rule_use.rule_id, done.outcome FROM rule_use
LEFT JOIN task ON task.id = rule_use.task_id AND task.run_id = rule_use.run_id
LEFT JOIN done ON done.task_id = rule_use.task_id
WHERE task.id IS NULL OR done.task_id IS NOT NULL;

-- name: I4 a task goes by its stored rules as they are, or is still to follow their change
SELECT rule_use.task_id, rule_use.rule_id, rule_use.version, definition.version
FROM rule_use
JOIN run ON run.id = rule_use.run_id
LEFT JOIN definition ON definition.id = rule_use.rule_id AND definition.kind = 0
WHERE run.state < 2
  AND (definition.id IS NULL OR rule_use.version > definition.version
       OR (rule_use.version < definition.version AND NOT definition.changed));
