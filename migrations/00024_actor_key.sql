-- +goose Up
COMMENT ON COLUMN request_key.key_hash IS 'SHA-256 of who asks, in which role, and of the client''s key; of the key alone in rows of the releases before, which are found for seven days.';
