-- +goose Up
-- Whoever keeps a copy of the organisations and their roles asks one row whether it is still true. The database keeps it,
-- not the program, so that a change made by hand or by another release is told too. Numbers come from a sequence: one
-- that was taken back with its transaction never comes again, and no copy is taken for another's.
CREATE SEQUENCE organisation_mark_number;
CREATE TABLE organisation_mark (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    mark bigint NOT NULL
);
COMMENT ON TABLE organisation_mark IS 'One row: another number after every statement that changed organisations or their roles.';
COMMENT ON COLUMN organisation_mark.mark IS 'Kept by triggers; equal marks mean equal rows, as the reader''s own snapshot sees them.';
INSERT INTO organisation_mark (mark) VALUES (nextval('organisation_mark_number'));

-- +goose StatementBegin
CREATE FUNCTION organisation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE organisation_mark SET mark = nextval('organisation_mark_number');
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER organisation_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organisation FOR EACH STATEMENT EXECUTE FUNCTION organisation_changed();
CREATE TRIGGER organisation_role_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organisation_role FOR EACH STATEMENT EXECUTE FUNCTION organisation_changed();
