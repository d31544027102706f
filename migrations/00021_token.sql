-- +goose Up
-- A token can be named without being shown: the number its issue and its end are logged under.
ALTER TABLE token ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX token_id ON token (id);
COMMENT ON COLUMN token.id IS 'Names the token in lists and in the log; the database gives one where a release does not.';
-- What the program does by itself nobody may do by a token.
ALTER TABLE token ADD CONSTRAINT token_of_a_person CHECK (role <> 'system') NOT VALID;
-- The last changes to who may ask, who is told and by what keys (enforcement/record/change.go has the same list).
CREATE INDEX event_change ON event (seq) WHERE kind IN
    ('token-issued', 'token-revoked', 'organisation-entered', 'endpoint-put', 'endpoint-restored', 'endpoint-paused', 'endpoint-removed',
    'keys-changed', 'queues-changed');
