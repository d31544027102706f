-- +goose Up
CREATE TYPE channel AS ENUM ('webhook', 'inbox');

CREATE TABLE endpoint (
    organisation_id integer NOT NULL REFERENCES organisation (id),
    channel         channel NOT NULL,
    priority        smallint NOT NULL CHECK (priority > 0),
    url             text NOT NULL DEFAULT '',
    secrets         bytea,
    allow_internal  boolean NOT NULL DEFAULT false,
    failures        integer NOT NULL DEFAULT 0,
    gone            boolean NOT NULL DEFAULT false,
    express_due_at  timestamptz,
    bulk_due_at     timestamptz,
    PRIMARY KEY (organisation_id, channel),
    CONSTRAINT endpoint_webhook CHECK ((channel = 'webhook') = (url <> '' AND secrets IS NOT NULL))
);
COMMENT ON TABLE endpoint IS 'How an organisation is reached, in order of priority; the state of its breaker.';
COMMENT ON COLUMN endpoint.secrets IS 'Sealed signing keys; two at once while rotating.';
COMMENT ON COLUMN endpoint.allow_internal IS 'The address may lie inside the operator''s own network.';
COMMENT ON COLUMN endpoint.express_due_at IS 'Machine time before which no express send is tried; null: at any time.';
COMMENT ON COLUMN endpoint.gone IS 'Answered 401, 404 or 410: the next channel is used until an operator looks.';

CREATE TABLE inbox_item (
    organisation_id integer NOT NULL,
    directive_id    uuid NOT NULL,
    version         smallint NOT NULL,
    lane            lane NOT NULL,
    placed_at       timestamptz NOT NULL,
    opened_at       timestamptz,
    opened_by       text,
    closed_at       timestamptz,
    PRIMARY KEY (directive_id, version),
    CONSTRAINT inbox_opened_by_name CHECK ((opened_at IS NULL) = (opened_by IS NULL))
);
CREATE INDEX inbox_open ON inbox_item (organisation_id, lane, directive_id) WHERE closed_at IS NULL;
COMMENT ON TABLE inbox_item IS 'A version laid into the inbox of an organisation; delivered means opened by a named officer.';

CREATE TABLE token (
    hash            bytea PRIMARY KEY,
    actor           text NOT NULL CHECK (actor <> ''),
    role            text NOT NULL CHECK (role <> ''),
    organisation_id integer REFERENCES organisation (id),
    demo            boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz,
    revoked_at      timestamptz
);
COMMENT ON TABLE token IS 'Bearer tokens, stored as hashes only.';
