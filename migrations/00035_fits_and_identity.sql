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
