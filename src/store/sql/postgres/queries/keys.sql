-- name: insert_key
INSERT INTO api_key (id, name, hash, role, created_at, revoked_at)
VALUES (@id::bigint, @name::text, @hash::text, @role::smallint, @created_at::timestamptz,
        @revoked_at::timestamptz);

-- name: revoke_key
UPDATE api_key SET revoked_at = @now::timestamptz
WHERE name = @name::text AND revoked_at IS NULL
RETURNING id;

-- name: keys
SELECT id, name, hash, role, created_at, revoked_at FROM api_key ORDER BY id;

-- name: key_with_hash
SELECT id, name, hash, role, created_at, revoked_at
FROM api_key WHERE hash = @hash::text AND revoked_at IS NULL;
