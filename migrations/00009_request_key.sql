-- +goose Up
CREATE TABLE request_key (
    organisation_id integer NOT NULL,
    route           text NOT NULL CHECK (route <> ''),
    key_hash        bytea NOT NULL CHECK (length(key_hash) = 32),
    fingerprint     bytea NOT NULL,
    event_key       text NOT NULL CHECK (event_key <> ''),
    created_at      timestamptz NOT NULL,
    personal        boolean NOT NULL DEFAULT false,
    status          smallint,
    answer          bytea,
    key_version     smallint,
    PRIMARY KEY (organisation_id, route, key_hash),
    CONSTRAINT request_key_answered CHECK ((status IS NULL) = (answer IS NULL) AND (key_version IS NULL) = (answer IS NULL)),
    CONSTRAINT request_key_only_success CHECK (status BETWEEN 200 AND 299)
);
COMMENT ON TABLE request_key IS 'Requests that carried an Idempotency-Key and had an effect: written in the transaction of the effect, answered afterwards, kept seven days.';
COMMENT ON COLUMN request_key.organisation_id IS 'Organisation of the token; 0 for those who stand for none.';
COMMENT ON COLUMN request_key.route IS 'Method and pattern of the route, not the path.';
COMMENT ON COLUMN request_key.key_hash IS 'SHA-256 of the client''s key.';
COMMENT ON COLUMN request_key.fingerprint IS 'Keyed hash of who asked for what (actor, role, path, query, If-Match, body): another content under the same key is refused.';
COMMENT ON COLUMN request_key.event_key IS 'act_key of the event that the request left, if it left one.';
COMMENT ON COLUMN request_key.created_at IS 'Machine time.';
COMMENT ON COLUMN request_key.personal IS 'The answer names subjects: it is forgotten whenever a subject is shredded.';
COMMENT ON COLUMN request_key.answer IS 'Status, headers and body as they were sent, sealed; null until the answer was made, or after it was forgotten: then it is made anew from the event.';
COMMENT ON COLUMN request_key.key_version IS 'Key that the answer is sealed under.';
CREATE INDEX request_key_age ON request_key (created_at);
CREATE INDEX request_key_version ON request_key (key_version) WHERE answer IS NOT NULL;
CREATE INDEX request_key_personal ON request_key (organisation_id) WHERE personal AND answer IS NOT NULL;
