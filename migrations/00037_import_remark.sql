-- +goose Up
-- What is told of a file, or of a row that was taken all the same: a row that a filter hides, a sheet that was passed over.
-- The previous release knows nothing of it and tells nothing.
CREATE TABLE import_remark (
    import_id uuid NOT NULL REFERENCES import_run (id),
    number    bigint NOT NULL CHECK (number > 0),
    line      bigint NOT NULL CHECK (line >= 0),
    field     text NOT NULL,
    code      text NOT NULL CHECK (code <> ''),
    args      jsonb,
    PRIMARY KEY (import_id, number)
);
COMMENT ON TABLE import_remark IS 'What is told of a file or of a row that was taken: codes and places only, never personal data.';
COMMENT ON COLUMN import_remark.number IS 'From 1, in the order of the file.';
COMMENT ON COLUMN import_remark.line IS 'Where the row begins; 0: the file as a whole.';

ALTER TABLE import_run ADD COLUMN remarks bigint NOT NULL DEFAULT 0 CHECK (remarks >= 0);
COMMENT ON COLUMN import_run.remarks IS 'How much is told beside what was refused (import_remark).';
