-- name: insert_key
INSERT INTO api_key (id, name, hash, role, created_at, revoked_at)
VALUES (@id, @name, @hash, @role, @created_at, @revoked_at);

-- name: revoke_key
UPDATE api_key SET revoked_at = @now WHERE name = @name AND revoked_at IS NULL RETURNING id;

-- name: keys
SELECT id, name, hash, role, created_at, revoked_at FROM api_key ORDER BY id;

-- name: key_with_hash
SELECT id, name, hash, role, created_at, revoked_at
FROM api_key WHERE hash = @hash AND revoked_at IS NULL;
