-- name: take_timer
DELETE FROM timer WHERE task_id = @task_id
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, due;

-- name: take_run_timers
DELETE FROM timer
WHERE task_id IN (
    SELECT task_id FROM timer
    WHERE task_id BETWEEN @task_first AND @task_last AND run_id = @run_id LIMIT @limit)
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, due;

-- name: ready_of_task
-- A live task keeps the queue and the priority that it was submitted with.
SELECT ready.task_id, ready.run_id, ready.queue_id, ready.nprio, attempt, tries, rescues
FROM task CROSS JOIN ready USING (queue_id, nprio)
WHERE task.id = @task_id AND ready.task_id = task.id;

-- name: ready_of_run
SELECT ready.task_id, ready.run_id, ready.queue_id, ready.nprio, attempt, tries, rescues
FROM task CROSS JOIN ready USING (queue_id, nprio)
WHERE task.id BETWEEN @task_first AND @task_last AND task.run_id = @run_id
  AND ready.task_id = task.id
LIMIT @limit;

-- name: ready_of_staged_run
-- A staged run has queues of its own: no need to look at its tasks one by one.
SELECT task_id, ready.run_id, queue_id, nprio, attempt, tries, rescues
FROM queue CROSS JOIN ready
WHERE queue.run_id = @run_id AND ready.queue_id = queue.id
LIMIT @limit;

-- name: delete_ready
DELETE FROM ready WHERE queue_id = @queue_id AND nprio = @nprio AND task_id = @task_id;

-- name: take_held
DELETE FROM held WHERE task_id = @task_id
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at;

-- name: take_run_held
DELETE FROM held
WHERE task_id IN (
    SELECT task_id FROM held
    WHERE task_id BETWEEN @task_first AND @task_last AND run_id = @run_id LIMIT @limit)
RETURNING task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at;

-- name: take_run_needs
DELETE FROM need
WHERE task_id IN (
    SELECT task_id FROM need
    WHERE task_id BETWEEN @task_first AND @task_last AND run_id = @run_id LIMIT @limit)
RETURNING task_id, run_id, queue_id, nprio, unfinished, attempt, run_at;

-- name: need
SELECT task_id, run_id, queue_id, nprio, unfinished, attempt, run_at
FROM need WHERE task_id = @task_id;

-- name: waiting_count
SELECT count(*) FROM need
WHERE task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
  AND NOT EXISTS (SELECT 1 FROM held WHERE held.task_id = need.task_id);

-- name: run_needs
SELECT task_id, run_id, queue_id, nprio, unfinished, attempt, run_at
FROM need
WHERE task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
LIMIT @limit;

-- name: lease
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease WHERE task_id = @task_id;

-- name: run_leases
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, worker_id, owner, claimed_at,
       started_at, expires_at, paused_left, deferred_left
FROM lease
WHERE task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
LIMIT @limit;

-- name: held
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at
FROM held WHERE task_id = @task_id;

-- name: run_held
SELECT task_id, run_id, queue_id, nprio, attempt, tries, rescues, run_at
FROM held
WHERE task_id BETWEEN @task_first AND @task_last AND run_id = @run_id
LIMIT @limit;
