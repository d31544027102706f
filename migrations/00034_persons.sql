-- +goose Up
-- Who signs a court's listing is another human than who drafted it and who proposed it. Rows of the releases before, and
-- what was taken over, are of rule set 0 and stand.
ALTER TABLE listing ADD CONSTRAINT listing_signed_by_another
    CHECK (rules = 0 OR signed_by IS NULL OR (proposed_by IS NOT NULL AND signed_by <> proposed_by AND signed_by <> drafted_by));

-- +goose StatementBegin
CREATE FUNCTION refuse_own_extension() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM listing l WHERE l.id = NEW.listing_id AND l.rules > 0 AND NEW.signed_by IN (l.drafted_by, l.proposed_by)) THEN
        RAISE EXCEPTION 'whoever drafted or proposed a listing does not extend it'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER extension_signed_by_another BEFORE INSERT OR UPDATE OF signed_by, listing_id ON listing_extension
    FOR EACH ROW EXECUTE FUNCTION refuse_own_extension();

-- What takes a reward away is decided by another than gave notice of it.
ALTER TABLE reward_review ADD COLUMN noticed_by text;
ALTER TABLE reward_review ADD CONSTRAINT reward_review_by_another
    CHECK (outcome IS DISTINCT FROM 'ended' OR noticed_by IS NULL OR decided_by <> noticed_by);
COMMENT ON COLUMN reward_review.noticed_by IS 'Who recorded the notice to the subject; null in rows of the releases before.';

-- A takeover puts nothing in force before a second person of the court has stated over the same file.
ALTER TABLE import_run ADD COLUMN rules smallint NOT NULL DEFAULT 0 CONSTRAINT import_run_rules CHECK (rules IN (0, 1)),
    ADD COLUMN statement_sum bytea, ADD COLUMN confirmed_by text, ADD COLUMN confirmed_at timestamptz;
ALTER TABLE import_run
    ADD CONSTRAINT import_run_by_two CHECK (confirmed_by IS NULL OR (kind = 'takeover' AND confirmed_by <> started_by)),
    ADD CONSTRAINT import_run_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    ADD CONSTRAINT import_run_stated CHECK (rules = 0 OR kind <> 'takeover' OR rows_done = 0 OR confirmed_by IS NOT NULL);
COMMENT ON COLUMN import_run.rules IS '0: begun by a release in which one person took over; 1: two state it.';
COMMENT ON COLUMN import_run.statement_sum IS 'Keyed look-up hash of the statement''s SHA-256, under key_version: a second person names the same one.';
COMMENT ON COLUMN import_run.confirmed_by IS 'The second person, who named the same file and statement; never who started it.';

-- Who holds a token is a human: a staff number of an organisation, with the name and the post of the day.
CREATE TABLE staff (
    id              uuid PRIMARY KEY,
    organisation_id integer REFERENCES organisation (id),
    number          text NOT NULL,
    name            text NOT NULL CHECK (name <> ''),
    post            text NOT NULL CHECK (post <> ''),
    presides        text,
    valid_from      date NOT NULL,
    valid_until     date,
    paper           uuid,
    paper_hash      bytea,
    proposed_by     text,
    entered_by      text NOT NULL CHECK (entered_by <> ''),
    entered_at      timestamptz NOT NULL,
    ended_by        text,
    CONSTRAINT staff_number_form CHECK (number ~ '^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$'
        AND length(regexp_replace(number, '[^0-9]', '', 'g')) < 15),
    CONSTRAINT staff_period CHECK (valid_until IS NULL OR valid_until >= valid_from OR ended_by IS NOT NULL),
    CONSTRAINT staff_presides CHECK (presides IS NULL OR (presides IN ('appointed', 'acting') AND organisation_id IS NOT NULL)),
    CONSTRAINT staff_acting CHECK (presides IS DISTINCT FROM 'acting' OR (valid_until IS NOT NULL AND paper_hash IS NOT NULL)),
    CONSTRAINT staff_by_two CHECK (proposed_by IS NULL OR proposed_by <> entered_by),
    CONSTRAINT staff_of_others CHECK (number NOT IN (entered_by, coalesce(proposed_by, '')))
);
-- One number is one human on each day; compared as edition_no_overlap does.
ALTER TABLE staff ADD CONSTRAINT staff_one_human EXCLUDE USING gist (
    int8range(hashtextextended(coalesce(organisation_id, 0) || ' ' || lower(number), 0),
        hashtextextended(coalesce(organisation_id, 0) || ' ' || lower(number), 0), '[]') WITH &&,
    (CASE WHEN valid_until < valid_from THEN 'empty' ELSE daterange(valid_from, valid_until, '[]') END) WITH &&);
CREATE INDEX staff_number ON staff (lower(number));
CREATE TRIGGER staff_kept BEFORE DELETE OR TRUNCATE ON staff FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
COMMENT ON TABLE staff IS 'A staff number (工号) of an organisation, with the name and post that it stood for from a day to a day. Every second-person rule compares numbers.';
COMMENT ON COLUMN staff.organisation_id IS 'Whose number; null: of those who run the installation, and of lawyers and overseers of no organisation.';
COMMENT ON COLUMN staff.presides IS 'appointed or acting: who signs as president of the court; null: nobody who does.';
COMMENT ON COLUMN staff.valid_until IS 'The last day; null: until further notice. It is only ever brought forward.';
COMMENT ON COLUMN staff.paper IS 'The paper of the appointment.';
COMMENT ON COLUMN staff.paper_hash IS 'Keyed hash of that paper; an acting president has one.';
COMMENT ON COLUMN staff.proposed_by IS 'Who proposed it; null where one person could enter it: before anything was sent.';
COMMENT ON COLUMN staff.entered_by IS 'The second person, never the one who proposed it nor the one it is about.';

CREATE TABLE staff_borrowed (
    id              uuid PRIMARY KEY,
    organisation_id integer NOT NULL REFERENCES organisation (id),
    staff_of        integer NOT NULL REFERENCES organisation (id),
    number          text NOT NULL,
    valid_from      date NOT NULL,
    valid_until     date NOT NULL,
    paper           uuid,
    paper_hash      bytea NOT NULL,
    proposed_by     text,
    entered_by      text NOT NULL CHECK (entered_by <> ''),
    entered_at      timestamptz NOT NULL,
    ended_by        text,
    CONSTRAINT borrowed_from_another CHECK (staff_of <> organisation_id),
    CONSTRAINT borrowed_period CHECK (valid_until >= valid_from OR ended_by IS NOT NULL),
    CONSTRAINT borrowed_by_two CHECK (proposed_by IS NULL OR proposed_by <> entered_by),
    CONSTRAINT borrowed_of_others CHECK (number NOT IN (entered_by, coalesce(proposed_by, '')))
);
CREATE INDEX staff_borrowed_number ON staff_borrowed (organisation_id, lower(number));
CREATE TRIGGER staff_borrowed_kept BEFORE DELETE OR TRUNCATE ON staff_borrowed FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
COMMENT ON TABLE staff_borrowed IS 'A court has a second person of a court above it, for some days, by a paper.';
COMMENT ON COLUMN staff_borrowed.organisation_id IS 'The court that borrows, staff_of the one above whose number it is.';
COMMENT ON COLUMN staff_borrowed.paper_hash IS 'Keyed hash of the paper by which the court above lends; paper is its number.';

-- What a number stood for is not rewritten: an end is brought forward, and no more.
-- +goose StatementBegin
CREATE FUNCTION keep_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{valid_until,ended_by}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{valid_until,ended_by}'::text[]
        OR coalesce(NEW.valid_until, 'infinity') > coalesce(OLD.valid_until, 'infinity') OR OLD.ended_by IS NOT NULL THEN
        RAISE EXCEPTION 'what a staff number stood for is not rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER staff_final BEFORE UPDATE ON staff FOR EACH ROW EXECUTE FUNCTION keep_staff();
CREATE TRIGGER staff_borrowed_final BEFORE UPDATE ON staff_borrowed FOR EACH ROW EXECUTE FUNCTION keep_staff();

ALTER TABLE token ADD COLUMN staffed boolean NOT NULL DEFAULT false, ADD COLUMN staff_of integer REFERENCES organisation (id);
COMMENT ON COLUMN token.staffed IS 'The actor is a staff number, and works only while it is in post; false of releases before and of what the program issues itself: the actor is then all that is known of the human.';
COMMENT ON COLUMN token.staff_of IS 'Whose staff number it is; null: the installation''s own.';

-- Whether a staff number may act on a day in a role for an organisation (null: for none): in post, presiding where the role
-- is the president's, and of that organisation or borrowed by it.
-- +goose StatementBegin
CREATE FUNCTION in_post(for_organisation integer, of_organisation integer, staff_number text, in_role text, on_day date)
    RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM staff s WHERE lower(s.number) = lower(staff_number) AND s.organisation_id IS NOT DISTINCT FROM of_organisation
            AND on_day BETWEEN s.valid_from AND coalesce(s.valid_until, 'infinity') AND (in_role <> 'president' OR s.presides IS NOT NULL))
        AND (for_organisation IS NULL OR for_organisation IS NOT DISTINCT FROM of_organisation
            OR in_role <> 'president' AND EXISTS (SELECT FROM staff_borrowed b
                WHERE b.organisation_id = for_organisation AND b.staff_of = of_organisation AND lower(b.number) = lower(staff_number) AND on_day BETWEEN b.valid_from AND b.valid_until))
$$;
-- +goose StatementEnd

-- The list of enforcement/record/change.go, again.
DROP INDEX event_change;
CREATE INDEX event_change ON event (seq) WHERE kind IN
    ('token-issued', 'token-revoked', 'token-woken', 'organisation-entered', 'endpoint-put', 'endpoint-restored', 'endpoint-paused', 'endpoint-removed',
    'keys-changed', 'queues-changed', 'change-proposed', 'change-dropped', 'staff-entered', 'staff-borrowed', 'staff-ended');

-- A unit code that fails its check is entered by two people of one organisation, each by their own token.
CREATE TABLE subject_proposal (
    id              uuid PRIMARY KEY,
    organisation_id integer NOT NULL REFERENCES organisation (id),
    content         bytea NOT NULL,
    proposed_by     text NOT NULL CHECK (proposed_by <> ''),
    proposed_at     timestamptz NOT NULL,
    lapses_at       timestamptz NOT NULL,
    confirmed_by    text,
    confirmed_at    timestamptz,
    subject_id      uuid REFERENCES subject (id),
    CONSTRAINT subject_confirmed_by_another CHECK (confirmed_by <> proposed_by),
    CONSTRAINT subject_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL) AND (confirmed_by IS NULL) = (subject_id IS NULL)),
    CONSTRAINT subject_confirmed_in_time CHECK (confirmed_at IS NULL OR confirmed_at < lapses_at)
);
CREATE INDEX subject_proposal_open ON subject_proposal (organisation_id, proposed_at) WHERE confirmed_at IS NULL;
CREATE TRIGGER subject_proposal_kept BEFORE DELETE OR TRUNCATE ON subject_proposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
COMMENT ON TABLE subject_proposal IS 'A unit whose circulating code fails its check, proposed by one person and confirmed by another; it lapses after seven days.';
COMMENT ON COLUMN subject_proposal.content IS 'Sealed: the identity; empty once it is confirmed.';
COMMENT ON COLUMN subject_proposal.proposed_at IS 'Machine time, as every time here.';
COMMENT ON COLUMN subject_proposal.confirmed_by IS 'The second person, who stands in subject.override_by.';
