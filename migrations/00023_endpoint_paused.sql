-- +goose Up
-- An endpoint that a person took out of use is told from one whose receiver answered that it is gone. The previous
-- release does not know the column: whoever pauses sets gone too, and what it takes back into use is not paused.
ALTER TABLE endpoint ADD COLUMN paused boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN endpoint.paused IS 'While gone: an operator took it out of use until it is resumed. Means nothing without gone.';
