-- name: next_ids
UPDATE sequence SET next = next + @count WHERE name = @name RETURNING next - @count;
