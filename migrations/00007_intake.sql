-- +goose Up
-- Files that courts upload, sealed in chunks until they have been read.
CREATE TABLE import_upload (
    id         uuid PRIMARY KEY,
    court_id   integer NOT NULL REFERENCES organisation (id),
    envelope   bytea NOT NULL,
    size       bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE import_upload IS 'A file on its way in; deleted with its chunks when it has been read, or after a day when it never arrived whole.';
COMMENT ON COLUMN import_upload.envelope IS 'The data key of this file alone, wrapped: forgetting it shreds the chunks.';
COMMENT ON COLUMN import_upload.size IS 'Bytes that have arrived.';

CREATE TABLE import_chunk (
    upload_id uuid NOT NULL REFERENCES import_upload (id) ON DELETE CASCADE,
    position  integer NOT NULL CHECK (position >= 0),
    sealed    bytea NOT NULL,
    PRIMARY KEY (upload_id, position)
);
ALTER TABLE import_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
COMMENT ON TABLE import_chunk IS 'One MiB of an uploaded file, sealed under the envelope of its upload; the last one is shorter.';

CREATE TABLE import_run (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('listings', 'takeover')),
    court_id       integer NOT NULL REFERENCES organisation (id),
    content_hash   bytea NOT NULL,
    key_version    smallint NOT NULL,
    format         text NOT NULL DEFAULT '',
    size           bigint NOT NULL CHECK (size >= 0),
    bytes_done     bigint NOT NULL DEFAULT 0,
    rows_done      bigint NOT NULL DEFAULT 0,
    drafted        bigint NOT NULL DEFAULT 0,
    skipped        bigint NOT NULL DEFAULT 0,
    conflicting    bigint NOT NULL DEFAULT 0,
    refused        bigint NOT NULL DEFAULT 0,
    reviewed       bigint NOT NULL DEFAULT 0,
    refused_bytes  bigint NOT NULL DEFAULT 0,
    state          text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    failure        text,
    failure_line   bigint,
    statement_hash bytea,
    upload_id      uuid REFERENCES import_upload (id) ON DELETE SET NULL,
    started_by     text NOT NULL CHECK (started_by <> ''),
    started_role   text NOT NULL CHECK (started_role <> ''),
    started_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    CONSTRAINT import_run_file_key UNIQUE (court_id, kind, content_hash, key_version),
    CONSTRAINT import_run_failure CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT import_run_finished CHECK ((state = 'running') = (finished_at IS NULL)),
    CONSTRAINT import_run_statement CHECK ((kind = 'takeover') = (statement_hash IS NOT NULL)),
    CONSTRAINT import_run_counts CHECK (rows_done = drafted + skipped + conflicting + refused + reviewed)
);
CREATE INDEX import_run_by_court ON import_run (court_id, id);
CREATE INDEX import_run_running ON import_run (id) WHERE state = 'running';
COMMENT ON TABLE import_run IS 'One file of one court, read once: how far it is, and what became of its rows.';
COMMENT ON COLUMN import_run.content_hash IS 'Keyed look-up hash of the file''s SHA-256, under key_version: the same file is the same run.';
COMMENT ON COLUMN import_run.size IS 'Bytes of the file.';
COMMENT ON COLUMN import_run.bytes_done IS 'About how far into the file, for progress only.';
COMMENT ON COLUMN import_run.rows_done IS 'Rows read and settled, in the order of the file; moves in the transaction of its batch, so a run goes on exactly here.';
COMMENT ON COLUMN import_run.drafted IS 'Rows that became listings: drafts, or in a takeover listings in force.';
COMMENT ON COLUMN import_run.reviewed IS 'Rows of a takeover laid before a person (review_item).';
COMMENT ON COLUMN import_run.refused_bytes IS 'Length of the file of refused rows beside the input as of rows_done; a run that goes on cuts the file there.';
COMMENT ON COLUMN import_run.failure IS 'Code why the file could not be read to its end.';
COMMENT ON COLUMN import_run.statement_hash IS 'Keyed hash of the statement that the court signed for a takeover.';

CREATE TABLE import_refusal (
    import_id uuid NOT NULL REFERENCES import_run (id),
    line      bigint NOT NULL,
    field     text NOT NULL,
    code      text NOT NULL CHECK (code <> ''),
    args      jsonb,
    PRIMARY KEY (import_id, line)
);
COMMENT ON TABLE import_refusal IS 'A row that was not taken, and why: codes, dates and places only, never personal data.';

-- Bulk table without foreign keys, as directive: written in the transaction of the listings it names, which are
-- never deleted.
CREATE TABLE listing_source (
    listing_id    uuid NOT NULL,
    case_id       uuid NOT NULL,
    subject_id    uuid NOT NULL,
    source_record text NOT NULL,
    import_id     uuid NOT NULL,
    line          bigint NOT NULL,
    content_hash  bytea NOT NULL,
    CONSTRAINT listing_source_key UNIQUE (case_id, subject_id, source_record)
);
COMMENT ON TABLE listing_source IS 'Which row of which file a listing came from: the same record is never entered twice.';
COMMENT ON COLUMN listing_source.source_record IS 'Id that the court''s own system gave the record; empty where the file has none.';
COMMENT ON COLUMN listing_source.content_hash IS 'Keyed hash of the row''s normalised content: other content under the same key is a conflict.';

CREATE TABLE review_item (
    id             uuid PRIMARY KEY,
    import_id      uuid NOT NULL REFERENCES import_run (id),
    line           bigint NOT NULL,
    court_id       integer NOT NULL REFERENCES organisation (id),
    case_id        uuid NOT NULL REFERENCES execution_case (id),
    subject_id     uuid NOT NULL REFERENCES subject (id),
    source_record  text NOT NULL,
    content_hash   bytea NOT NULL,
    code           text NOT NULL CHECK (code <> ''),
    args           jsonb,
    sealed         bytea NOT NULL,
    opened_on      date NOT NULL,
    closed_on      date,
    closed_by      text,
    closed_because text,
    CONSTRAINT review_item_key UNIQUE (case_id, subject_id, source_record),
    CONSTRAINT review_item_close CHECK ((closed_on IS NULL) = (closed_by IS NULL) AND (closed_on IS NULL) = (closed_because IS NULL))
);
CREATE INDEX review_item_open ON review_item (court_id, id) WHERE closed_on IS NULL;
COMMENT ON TABLE review_item IS 'A row of a takeover that a person must look at before anything is published: over its term, under age, ended, unclear.';
COMMENT ON COLUMN review_item.sealed IS 'The row, sealed under the envelope of its subject.';
COMMENT ON COLUMN review_item.code IS 'Why it was not taken over by itself.';
