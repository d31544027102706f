-- +goose Up
-- A measure addresses the court's region, the subject's, or the nation.
ALTER TABLE subject
    ADD COLUMN region text,
    ADD CONSTRAINT subject_region CHECK (region ~ '^[1-8][0-9]([0-9]{2}){0,2}$');
COMMENT ON COLUMN subject.region IS 'Prefix of the GB/T 2260 code of a unit''s registration or a person''s residence; null: not known, and what is carried out there is not sent.';

ALTER TABLE plan
    ADD COLUMN ground_kind ground_kind,
    ADD COLUMN region text;
COMMENT ON COLUMN plan.territory IS 'Region that the list''s owner serves.';
COMMENT ON COLUMN plan.ground_kind IS 'Kind of ground it is for; null: entered by a release that planned everything in the owner''s region.';
COMMENT ON COLUMN plan.region IS 'The subject''s region that day; null: not known.';
