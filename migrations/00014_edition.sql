-- +goose Up
-- What an edition says is kept, so that it can be read again by a programme that does
-- not bring it. The release before this one writes neither of the columns.
ALTER TABLE edition ADD COLUMN name text, ADD COLUMN source text, ADD COLUMN list_types text[];
COMMENT ON COLUMN edition.name IS 'The edition''s own name in its text; null where an older release entered it.';
COMMENT ON COLUMN edition.source IS 'The memorandum file, YAML; null where an older release entered it. Written once.';
COMMENT ON COLUMN edition.list_types IS 'Every list type it stands for; null where an older release entered it: then list_type alone.';
COMMENT ON COLUMN edition.valid_until IS 'Last day; null: in force until a successor begins. A switch ends the present edition the day before the new one.';
-- Two editions of one memorandum never stand on one day. The memorandum is compared by
-- a 64-bit hash of its slug, as a range of one number: equality of texts in such a
-- constraint would need an extension of the server.
ALTER TABLE edition ADD CONSTRAINT edition_no_overlap EXCLUDE USING gist (
    int8range(hashtextextended(memorandum, 0), hashtextextended(memorandum, 0), '[]') WITH &&,
    daterange(valid_from, valid_until, '[]') WITH &&);
-- What was adopted stays: an edition can be ended, earlier than it would have, and an
-- older release's row can be given its text.
-- +goose StatementBegin
CREATE FUNCTION refuse_new_edition_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.memorandum, NEW.list_type, NEW.content_hash, NEW.valid_from, NEW.adopted_by, NEW.adopted_at)
        IS DISTINCT FROM (OLD.id, OLD.memorandum, OLD.list_type, OLD.content_hash, OLD.valid_from, OLD.adopted_by, OLD.adopted_at)
        OR (OLD.name IS NOT NULL AND NEW.name IS DISTINCT FROM OLD.name)
        OR (OLD.source IS NOT NULL AND NEW.source IS DISTINCT FROM OLD.source)
        OR (OLD.list_types IS NOT NULL AND NEW.list_types IS DISTINCT FROM OLD.list_types)
        OR coalesce(NEW.valid_until, 'infinity') > coalesce(OLD.valid_until, 'infinity') THEN
        RAISE EXCEPTION 'an edition is never rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER edition_fixed BEFORE UPDATE ON edition FOR EACH ROW EXECUTE FUNCTION refuse_new_edition_text();
CREATE TRIGGER edition_kept BEFORE DELETE OR TRUNCATE ON edition FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE adoption (
    id           uuid PRIMARY KEY,
    memorandum   text NOT NULL,
    from_edition integer REFERENCES edition (id),
    to_edition   integer NOT NULL REFERENCES edition (id),
    day          date NOT NULL,
    adopted_by   text NOT NULL CHECK (adopted_by <> ''),
    adopted_at   timestamptz NOT NULL,
    completed_at timestamptz,
    CONSTRAINT adoption_to_key UNIQUE (to_edition),
    CONSTRAINT adoption_of_another CHECK (from_edition <> to_edition)
);
COMMENT ON TABLE adoption IS 'A switch of a memorandum to a new edition, and whether every live directive has followed.';
COMMENT ON COLUMN adoption.from_edition IS 'The edition it ends; null for the first of a memorandum.';
COMMENT ON COLUMN adoption.day IS 'First day of the new edition: directives follow from then on.';
COMMENT ON COLUMN adoption.completed_at IS 'When no live directive stood on an older edition any more; null: not yet.';
CREATE INDEX adoption_open ON adoption (day) WHERE completed_at IS NULL;
CREATE TRIGGER adoption_kept BEFORE DELETE OR TRUNCATE ON adoption FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER adoption_fixed BEFORE UPDATE OF id, memorandum, from_edition, to_edition, day, adopted_by, adopted_at ON adoption
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE attestation (
    id            uuid PRIMARY KEY,
    who           text NOT NULL,
    role          text NOT NULL,
    stated_on     date NOT NULL,
    source        text NOT NULL,
    memorandum    text,
    edition       text,
    measures      text[] NOT NULL,
    bases         text[] NOT NULL,
    basic_list    text[] NOT NULL,
    hash          bytea NOT NULL CHECK (length(hash) = 32),
    demonstration boolean NOT NULL,
    entered_by    text NOT NULL CHECK (entered_by <> ''),
    entered_at    timestamptz NOT NULL,
    CONSTRAINT attestation_named CHECK (who <> '' AND role <> '' AND source <> ''),
    CONSTRAINT attestation_of_something CHECK (cardinality(measures) + cardinality(bases) + cardinality(basic_list) > 0),
    CONSTRAINT attestation_of_an_edition CHECK ((memorandum IS NULL) = (edition IS NULL) AND (memorandum IS NOT NULL) = (cardinality(measures) > 0))
);
COMMENT ON TABLE attestation IS 'A lawyer''s statement (法律核定) that measures, bases or editions of the basic list are encoded rightly; append-only.';
COMMENT ON COLUMN attestation.who IS 'Who states it, by name and role: an official act, no data of a subject.';
COMMENT ON COLUMN attestation.source IS 'What was read for it.';
COMMENT ON COLUMN attestation.edition IS 'Name of the memorandum''s edition that the measures are of.';
COMMENT ON COLUMN attestation.hash IS 'SHA-256 of the words that were attested: where they have changed the statement attests nothing.';
COMMENT ON COLUMN attestation.demonstration IS 'Made for demonstration: counts nowhere else.';
COMMENT ON COLUMN attestation.entered_by IS 'Staff number of who entered the statement.';
CREATE TRIGGER attestation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attestation FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE attestation_withdrawal (
    attestation_id uuid PRIMARY KEY REFERENCES attestation (id),
    reason         text NOT NULL CHECK (reason <> ''),
    withdrawn_by   text NOT NULL CHECK (withdrawn_by <> ''),
    withdrawn_at   timestamptz NOT NULL
);
COMMENT ON TABLE attestation_withdrawal IS 'A statement that is taken back: from then on it attests nothing; append-only.';
CREATE TRIGGER attestation_withdrawal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attestation_withdrawal FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
