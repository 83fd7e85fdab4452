-- Workflows in code (docs/decisions/0009).

-- name: current_workflow
SELECT id, namespace, version, created_at, registered_at
FROM workflow WHERE namespace = @namespace
ORDER BY registered_at DESC, id DESC LIMIT 1;

-- name: declare_workflow
INSERT INTO workflow (id, namespace, version, graph, created_at, registered_at)
VALUES (@id, @namespace, @version, @graph, @created_at, @registered_at)
ON CONFLICT (namespace, version)
DO UPDATE SET registered_at = max(registered_at, excluded.registered_at)
RETURNING id, namespace, version, created_at, registered_at;

-- name: insert_execution
INSERT INTO execution (run_id, workflow_id, context)
VALUES (@run_id, @workflow_id, nullif(@context, ''));

-- name: ready_in
SELECT task_id, ready.run_id, queue_id, nprio, attempt, tries, rescues
FROM queue CROSS JOIN ready
WHERE queue.name = @name AND queue.open AND ready.queue_id = queue.id
LIMIT @limit;
