-- +goose Up
-- Two texts: the record's words (facts) are sealed and may hold anything; the public words are what everybody reads. They
-- are frozen with the signature, and only an open correction changes them. A case of the old rule set has none: what is
-- shown of it is masked when it is shown.
ALTER TABLE listing ADD COLUMN public_words bytea, ADD COLUMN public_marks text[],
    ADD CONSTRAINT listing_public_words CHECK (rules = 0 OR decided_on IS NULL OR (public_words IS NOT NULL AND public_marks IS NOT NULL));
COMMENT ON COLUMN listing.public_words IS 'Sealed: what everybody reads of it (Art. 6 items), without what identifies others.';
COMMENT ON COLUMN listing.public_marks IS 'Addresses and persons in the public words that their signer confirmed, field:from-to in characters.';

-- +goose StatementBegin
CREATE FUNCTION listing_words_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'public words are frozen with the signature' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER listing_words_frozen BEFORE UPDATE OF public_words, public_marks ON listing FOR EACH ROW
    WHEN (OLD.decided_on IS NOT NULL AND OLD.correcting_since IS NULL
        AND (NEW.public_words IS DISTINCT FROM OLD.public_words OR NEW.public_marks IS DISTINCT FROM OLD.public_marks))
    EXECUTE FUNCTION listing_words_frozen();

-- Who would look the same in a public list without the last character of the number is found by a keyed hash of what is
-- shown, written anew when keys rotate. A subject of before has none until then.
ALTER TABLE subject ADD COLUMN namesake bytea;
COMMENT ON COLUMN subject.namesake IS 'Keyed hash of a natural person''s name, sex and first six characters of the number.';
CREATE INDEX subject_namesake ON subject (namesake) WHERE namesake IS NOT NULL;

-- A department reads whom a directive names that is over only by a second person's act, for a suit.
CREATE TABLE identity_request (
    id              uuid PRIMARY KEY,
    directive_id    uuid NOT NULL,
    organisation_id integer NOT NULL REFERENCES organisation (id),
    reason          text NOT NULL,
    asked_by        text NOT NULL,
    asked_at        timestamptz NOT NULL,
    granted_by      text,
    granted_at      timestamptz,
    CONSTRAINT identity_request_reason CHECK (btrim(reason) <> ''),
    CONSTRAINT identity_request_granted CHECK ((granted_by IS NULL) = (granted_at IS NULL)),
    CONSTRAINT identity_request_second_person CHECK (granted_by <> asked_by)
);
COMMENT ON TABLE identity_request IS 'A department asks whom a directive names that is over, for a suit; another of its reviewers grants it.';
CREATE INDEX identity_request_by_directive ON identity_request (directive_id, organisation_id);

CREATE INDEX event_access ON event (subject_id, seq) WHERE kind IN ('subject-entered', 'subject-revealed', 'identity-requested', 'identity-granted');
