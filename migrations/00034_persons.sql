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
