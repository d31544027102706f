-- +goose Up
-- What decides who is told, and who may decide it, is proposed by one person and confirmed by another.
CREATE TABLE change_proposal (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (kind <> ''),
    organisation_id integer REFERENCES organisation (id),
    what            text NOT NULL CHECK (what <> ''),
    content         bytea NOT NULL,
    digest          bytea NOT NULL CHECK (length(digest) = 32),
    proposed_by     text NOT NULL CHECK (proposed_by <> ''),
    proposed_at     timestamptz NOT NULL,
    lapses_at       timestamptz NOT NULL,
    confirmed_by    text,
    confirmed_at    timestamptz,
    dropped_by      text,
    dropped_at      timestamptz,
    CONSTRAINT change_second_person CHECK (confirmed_by IS NULL OR confirmed_by <> proposed_by),
    CONSTRAINT change_in_time CHECK (confirmed_at IS NULL OR confirmed_at < lapses_at),
    CONSTRAINT change_ends_once CHECK (confirmed_at IS NULL OR dropped_at IS NULL),
    CONSTRAINT change_ended_by CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL) AND (dropped_at IS NULL) = (dropped_by IS NULL))
);
COMMENT ON TABLE change_proposal IS 'A change of who is told, or who may decide it, that waits for a second person.';
COMMENT ON COLUMN change_proposal.kind IS 'endpoint, organisation or operator-token.';
COMMENT ON COLUMN change_proposal.organisation_id IS 'Whose messages go elsewhere; null where it is yet to be entered, or nobody''s do.';
COMMENT ON COLUMN change_proposal.what IS 'What the second person reads: nothing secret, nothing about a person but staff numbers.';
COMMENT ON COLUMN change_proposal.content IS 'Sealed: what is carried out.';
COMMENT ON COLUMN change_proposal.digest IS 'SHA-256 of the content unsealed, with the id, the kind and what is read: confirmed is what was proposed.';
COMMENT ON COLUMN change_proposal.proposed_at IS 'Machine time, as every time here.';
COMMENT ON COLUMN change_proposal.lapses_at IS 'From here on nobody can confirm it.';
COMMENT ON COLUMN change_proposal.confirmed_by IS 'A second person, never the one who proposed it.';
CREATE INDEX change_proposal_open ON change_proposal (proposed_at) WHERE confirmed_at IS NULL AND dropped_at IS NULL;

-- +goose StatementBegin
CREATE FUNCTION keep_change_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL
        OR (NEW.id, NEW.kind, NEW.organisation_id, NEW.what, NEW.content, NEW.digest, NEW.proposed_by, NEW.proposed_at, NEW.lapses_at)
        IS DISTINCT FROM (OLD.id, OLD.kind, OLD.organisation_id, OLD.what, OLD.content, OLD.digest, OLD.proposed_by, OLD.proposed_at, OLD.lapses_at) THEN
        RAISE EXCEPTION 'a proposal is not rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER change_proposal_final BEFORE UPDATE ON change_proposal FOR EACH ROW EXECUTE FUNCTION keep_change_proposal();
CREATE TRIGGER change_proposal_kept BEFORE DELETE OR TRUNCATE ON change_proposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Whoever's way was changed is told of it, in the inbox and by the way that was used before.
CREATE TABLE notice (
    id              uuid PRIMARY KEY,
    organisation_id integer NOT NULL REFERENCES organisation (id),
    kind            text NOT NULL CHECK (kind <> ''),
    what            text NOT NULL,
    changed_by      text NOT NULL,
    proposed_by     text,
    changed_at      timestamptz NOT NULL,
    url             text,
    secrets         bytea,
    allow_internal  boolean NOT NULL DEFAULT false,
    tries           smallint NOT NULL DEFAULT 0,
    due_at          timestamptz,
    posted_at       timestamptz,
    read_by         text,
    read_at         timestamptz,
    CONSTRAINT notice_way CHECK ((url IS NULL) = (secrets IS NULL))
);
COMMENT ON TABLE notice IS 'An organisation is told that how it is reached, or what it stands for, was changed.';
COMMENT ON COLUMN notice.kind IS 'The kind of the event that changed it.';
COMMENT ON COLUMN notice.what IS 'What changed: nothing secret, nothing about a person but staff numbers.';
COMMENT ON COLUMN notice.changed_at IS 'Machine time, as every time here.';
COMMENT ON COLUMN notice.url IS 'The address used before the change; null where the inbox was.';
COMMENT ON COLUMN notice.secrets IS 'Its sealed signing keys, as in endpoint.';
COMMENT ON COLUMN notice.due_at IS 'When it is posted to that address; null: it is not, or not any more. It lies in the inbox whatever comes of it.';
COMMENT ON COLUMN notice.read_by IS 'The first officer of the organisation who said that it was read.';
CREATE INDEX notice_due ON notice (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notice_of ON notice (organisation_id, changed_at);
CREATE TRIGGER notice_kept BEFORE DELETE OR TRUNCATE ON notice FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- The list of enforcement/record/change.go, again.
DROP INDEX event_change;
CREATE INDEX event_change ON event (seq) WHERE kind IN
    ('token-issued', 'token-revoked', 'token-woken', 'organisation-entered', 'endpoint-put', 'endpoint-restored', 'endpoint-paused', 'endpoint-removed',
    'keys-changed', 'queues-changed', 'change-proposed', 'change-dropped');
