-- +goose Up
-- The act fits its ground, and identity is what was decided. Whoever performed in full goes no way forward: asked of the
-- case and its debtor, so that a performance that an earlier listing of the case recorded counts for the next.
CREATE INDEX exclusion_performed ON exclusion_fact (listing_id) WHERE kind = 'performed' AND closed_on IS NULL;

-- What was deleted because it was performed says so to the next listing of its case too.
INSERT INTO exclusion_fact (id, listing_id, kind, opened_on)
    SELECT gen_random_uuid(), l.id, 'performed', coalesce(l.end_event_on, l.ended_on) FROM listing l
    WHERE l.state = 'deleted' AND l.end_item = 1
        AND NOT EXISTS (SELECT FROM exclusion_fact x WHERE x.listing_id = l.id AND x.kind = 'performed' AND x.closed_on IS NULL);

-- +goose StatementBegin
CREATE FUNCTION refuse_performed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM moved m JOIN before b ON b.id = m.id JOIN listing o ON o.case_id = m.case_id AND o.subject_id = m.subject_id
        JOIN exclusion_fact x ON x.listing_id = o.id AND x.kind = 'performed' AND x.closed_on IS NULL
        WHERE m.rules = 1 AND m.state <> b.state AND m.state IN ('warned', 'applied', 'decided', 'served', 'grace', 'active', 'extended')) THEN
        RAISE EXCEPTION 'a listing of whoever performed in full' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER listing_performed AFTER UPDATE ON listing REFERENCING OLD TABLE AS before NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_performed();

-- Each act that an extension counts is named.
ALTER TABLE listing_extension ADD COLUMN rules smallint NOT NULL DEFAULT 0 CONSTRAINT extension_rules CHECK (rules IN (0, 1)),
    ADD COLUMN acts_shown bytea,
    ADD CONSTRAINT extension_acts_shown CHECK (rules = 0 OR (acts > 0) = (acts_shown IS NOT NULL));
COMMENT ON COLUMN listing_extension.acts_shown IS 'Sealed: the dishonest acts it counts, each with its day and what it was.';
COMMENT ON COLUMN listing_extension.rules IS '0: entered by a release before; 1: its acts are shown.';

-- A court that lists of its own motion says why.
ALTER TABLE listing ADD COLUMN own_motion_reason bytea,
    ADD CONSTRAINT listing_own_motion CHECK (rules = 0 OR decided_on IS NULL OR applied_on IS NOT NULL OR own_motion_reason IS NOT NULL);
COMMENT ON COLUMN listing.own_motion_reason IS 'Sealed: why the court lists without an application of the creditor (法释〔2017〕7号 Art. 5 ¶2).';

-- What a department enters for its own list it enters for itself: it finds nobody whom others entered, and reads no name
-- that others wrote. The record still knows that it is one person: by the number's hash.
ALTER TABLE subject ADD COLUMN organisation_id integer REFERENCES organisation (id);
COMMENT ON COLUMN subject.organisation_id IS 'The department that entered it for itself; null: a court''s, or entered by a release before.';
CREATE TABLE subject_number (
    key_version smallint NOT NULL,
    hash        bytea NOT NULL,
    subject_id  uuid NOT NULL REFERENCES subject (id),
    CONSTRAINT subject_number_pkey PRIMARY KEY (hash, key_version, subject_id)
);
COMMENT ON TABLE subject_number IS 'Of subjects that a department entered for itself: the keyed hash of the number, by which the record knows the same person elsewhere. Nobody is found by it.';
CREATE INDEX subject_number_subject ON subject_number (subject_id, key_version);
-- +goose StatementBegin
CREATE FUNCTION same_person(one uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT one UNION SELECT b.subject_id
    FROM (SELECT hash, key_version FROM subject_lookup WHERE subject_id = one UNION ALL SELECT hash, key_version FROM subject_number WHERE subject_id = one) a
    CROSS JOIN LATERAL (SELECT subject_id FROM subject_lookup l WHERE l.hash = a.hash AND l.key_version = a.key_version
        UNION ALL SELECT subject_id FROM subject_number n WHERE n.hash = a.hash AND n.key_version = a.key_version) b
$$;
CREATE FUNCTION refuse_foreign_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added g JOIN subject s ON s.id = g.subject_id WHERE s.organisation_id <> g.organisation_id) THEN
        RAISE EXCEPTION 'a ground of a subject that another organisation entered for itself' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER ground_of_own_subject AFTER INSERT ON ground REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_foreign_subject();

-- Where several owners have cases of one subject, a correction holds for whoever made or accepted it.
CREATE TABLE subject_identity (
    subject_id      uuid NOT NULL REFERENCES subject (id),
    organisation_id integer NOT NULL REFERENCES organisation (id),
    sealed          bytea NOT NULL,
    PRIMARY KEY (subject_id, organisation_id)
);
COMMENT ON TABLE subject_identity IS 'What identifies a subject to one owner, where it corrected it and others have cases of the subject too; without a row, what the subject''s own row says.';
COMMENT ON COLUMN subject_identity.sealed IS 'As subject.sealed, under the same envelope.';

CREATE TABLE identity_correction (
    id              uuid PRIMARY KEY,
    subject_id      uuid NOT NULL REFERENCES subject (id),
    organisation_id integer NOT NULL REFERENCES organisation (id),
    ground_id       uuid NOT NULL REFERENCES ground (id),
    before          bytea NOT NULL,
    after           bytea NOT NULL,
    proposed_by     text NOT NULL CHECK (proposed_by <> ''),
    opened_on       date NOT NULL,
    outcome         text,
    closed_on       date,
    closed_by       text,
    reasons         bytea,
    CONSTRAINT correction_closed CHECK ((outcome IS NULL) = (closed_on IS NULL) AND outcome IN ('made', 'accepted', 'declined', 'replaced')),
    CONSTRAINT correction_answered_by_another CHECK (outcome NOT IN ('accepted', 'declined') OR closed_by <> proposed_by)
);
CREATE UNIQUE INDEX correction_open ON identity_correction (subject_id, organisation_id) WHERE closed_on IS NULL;
COMMENT ON TABLE identity_correction IS 'A correction of an identity, for one owner each: made by it, or proposed to it by another and accepted, declined or replaced by a later one.';
COMMENT ON COLUMN identity_correction.before IS 'Sealed under the subject''s envelope, as after is: the identity as it was, and as it is to be.';
CREATE TRIGGER identity_correction_kept BEFORE DELETE OR TRUNCATE ON identity_correction FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Corrections are measured against what was decided. It is written when the identity first changes after the decision,
-- by whomever: a decision that nobody corrects costs nothing.
ALTER TABLE ground ADD COLUMN decided_identity bytea;
COMMENT ON COLUMN ground.decided_identity IS 'What identified the subject to the owner on the day of the decision, sealed under the subject''s envelope; null: what identifies it now.';
-- +goose StatementBegin
CREATE FUNCTION keep_decided_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'subject' THEN
        UPDATE ground g SET decided_identity = OLD.sealed WHERE g.subject_id = OLD.id AND g.decided_on IS NOT NULL AND g.state <> 'ended' AND g.decided_identity IS NULL
            AND NOT EXISTS (SELECT FROM subject_identity i WHERE i.subject_id = g.subject_id AND i.organisation_id = g.organisation_id);
    ELSE
        UPDATE ground g SET decided_identity = coalesce((SELECT i.sealed FROM subject_identity i WHERE i.subject_id = NEW.subject_id AND i.organisation_id = NEW.organisation_id),
                (SELECT s.sealed FROM subject s WHERE s.id = NEW.subject_id))
            WHERE g.subject_id = NEW.subject_id AND g.organisation_id = NEW.organisation_id AND g.decided_on IS NOT NULL AND g.state <> 'ended' AND g.decided_identity IS NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION refuse_other_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the identity that was decided changes' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER subject_decided_kept BEFORE UPDATE OF sealed ON subject FOR EACH ROW
    WHEN (NEW.sealed IS NOT NULL AND OLD.sealed IS DISTINCT FROM NEW.sealed) EXECUTE FUNCTION keep_decided_identity();
CREATE TRIGGER identity_decided_kept BEFORE INSERT OR UPDATE ON subject_identity FOR EACH ROW EXECUTE FUNCTION keep_decided_identity();
CREATE TRIGGER ground_decided_identity BEFORE UPDATE OF decided_identity ON ground FOR EACH ROW
    WHEN (OLD.decided_identity IS NOT NULL AND OLD.decided_identity IS DISTINCT FROM NEW.decided_identity) EXECUTE FUNCTION refuse_other_identity();

-- Where somebody is registered or lives is said of each case by its owner: what another enters of the subject later moves
-- nothing that stands. A ground of a release before inherits what the subject's row says.
ALTER TABLE ground ADD COLUMN region text CONSTRAINT ground_region CHECK (region ~ '^[1-8][0-9]([0-9]{2}){0,2}$'), ADD COLUMN region_reason bytea;
COMMENT ON COLUMN ground.region IS 'Prefix of a GB/T 2260 code: where a unit is registered or a person lives, as its owner says; null: the subject''s.';
COMMENT ON COLUMN ground.region_reason IS 'Sealed: why the owner says so; null: it stood on the subject when the case was entered.';
-- +goose StatementBegin
CREATE FUNCTION ground_takes_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.region := coalesce(NEW.region, (SELECT s.region FROM subject s WHERE s.id = NEW.subject_id));
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER ground_takes_region BEFORE INSERT ON ground FOR EACH ROW EXECUTE FUNCTION ground_takes_region();
