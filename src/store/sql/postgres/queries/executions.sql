-- Workflows in code (docs/decisions/0009).

-- name: current_workflows
SELECT DISTINCT ON (namespace) id, namespace, version, created_at, registered_at
FROM workflow WHERE namespace = ANY (@namespace::text[])
ORDER BY namespace, registered_at DESC, id DESC;

-- name: declare_workflow
INSERT INTO workflow (id, namespace, version, graph, created_at, registered_at)
VALUES (@id::bigint, @namespace::text, @version::text, @graph::text, @created_at::timestamptz,
        @registered_at::timestamptz)
ON CONFLICT (namespace, version)
DO UPDATE SET registered_at = greatest(workflow.registered_at, excluded.registered_at)
RETURNING id, namespace, version, created_at, registered_at;

-- name: insert_executions
INSERT INTO execution (run_id, workflow_id, context)
SELECT unnest(@run_id::bigint[]), unnest(@workflow_id::bigint[]), unnest(@context::text[]);

-- name: ready_in
SELECT head.task_id, head.run_id, head.queue_id, head.nprio, head.attempt, head.tries, head.rescues
FROM queue
CROSS JOIN LATERAL (
    SELECT * FROM ready WHERE ready.queue_id = queue.id
    ORDER BY ready.queue_id, nprio, task_id
    LIMIT @limit::bigint) head
WHERE queue.name = ANY (@name::text[]) AND queue.open
LIMIT @limit;
