-- +goose Up
-- A list on which no memorandum stands has entries that nobody is told of: their
-- plan is empty and rests on no edition.
ALTER TABLE plan ALTER COLUMN edition_id DROP NOT NULL;
COMMENT ON COLUMN plan.edition_id IS 'The first of its editions; null where no memorandum stands on its list.';
