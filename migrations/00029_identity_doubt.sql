-- +goose Up
-- Where a department doubts whose identity it is, nobody is restricted there until the doubt is over. The previous
-- release writes no doubt, and is refused the version that would restrict against one.
CREATE TABLE identity_doubt (
    id              uuid PRIMARY KEY,
    ground_id       uuid NOT NULL REFERENCES ground (id),
    organisation_id integer NOT NULL REFERENCES organisation (id),
    reported_by     text NOT NULL CHECK (reported_by <> ''),
    reported_on     date NOT NULL,
    confirmed_by    text,
    confirmed_on    date,
    closed_on       date,
    closed_because  text,
    CONSTRAINT doubt_confirmed_by_another CHECK (confirmed_by <> reported_by),
    CONSTRAINT doubt_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL)),
    CONSTRAINT doubt_closed CHECK ((closed_on IS NULL) = (closed_because IS NULL) AND closed_because IN ('examined', 'resumed', 'ended'))
);
CREATE UNIQUE INDEX identity_doubt_open ON identity_doubt (ground_id, organisation_id) WHERE closed_on IS NULL;
COMMENT ON TABLE identity_doubt IS 'An organisation cannot tell whether the subject of a ground is the one that is meant: its directive of it carries nothing meanwhile.';
COMMENT ON COLUMN identity_doubt.confirmed_by IS 'A second person of the same organisation; the case is suspended everywhere.';
COMMENT ON COLUMN identity_doubt.closed_because IS 'examined or resumed, each with the check of the identity; or the ground ended.';
CREATE TRIGGER identity_doubt_kept BEFORE DELETE OR TRUNCATE ON identity_doubt FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- By statement, not by row, and of what is to be sent alone: a version that says what will be carried again is not.
-- +goose StatementBegin
CREATE FUNCTION refuse_doubted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM identity_doubt WHERE closed_on IS NULL) AND EXISTS (SELECT FROM added n
        JOIN directive d ON d.id = n.directive_id
        JOIN identity_doubt i ON i.ground_id = d.ground_id AND i.organisation_id = d.organisation_id AND i.closed_on IS NULL
        WHERE n.due AND cardinality(n.measures) > 0) THEN
        RAISE EXCEPTION 'a version that restricts whom its organisation doubts' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER amendment_doubted_is_empty AFTER INSERT ON amendment REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_doubted();
