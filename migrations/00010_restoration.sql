-- +goose Up
CREATE TABLE restoration (
    id          uuid PRIMARY KEY,
    epoch       smallint NOT NULL,
    backup_at   timestamptz NOT NULL,
    restored_at timestamptz NOT NULL,
    restored_by text NOT NULL CHECK (restored_by <> ''),
    hold_id     uuid NOT NULL REFERENCES hold (id),
    CONSTRAINT restoration_epoch_key UNIQUE (epoch),
    CONSTRAINT restoration_epoch CHECK (epoch BETWEEN 1 AND 31)
);
COMMENT ON TABLE restoration IS 'A return of the record to an earlier point. What left after that point is unknown to the record and must be asked of the recipients.';
COMMENT ON COLUMN restoration.epoch IS 'Counts restorations from 1. Versions written in epoch k are above 1000 k, so that none meets a version of the lost time.';
COMMENT ON COLUMN restoration.backup_at IS 'Machine time of the snapshot that was restored.';
COMMENT ON COLUMN restoration.restored_at IS 'Machine time.';
COMMENT ON COLUMN restoration.hold_id IS 'The hold on everything that stands until all organisations are reconciled.';
CREATE TRIGGER restoration_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON restoration FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE reconciliation (
    restoration_id  uuid NOT NULL REFERENCES restoration (id),
    organisation_id integer NOT NULL REFERENCES organisation (id),
    manner          text NOT NULL,
    begun_at        timestamptz NOT NULL,
    reached         uuid,
    checked         integer NOT NULL DEFAULT 0,
    corrected       integer NOT NULL DEFAULT 0,
    statement_hash  bytea,
    done_at         timestamptz,
    done_by         text,
    PRIMARY KEY (restoration_id, organisation_id),
    CONSTRAINT reconciliation_manner CHECK (manner IN ('asked', 'file', 'stated')),
    CONSTRAINT reconciliation_stated CHECK ((manner = 'stated') = (statement_hash IS NOT NULL)),
    CONSTRAINT reconciliation_done CHECK ((done_at IS NULL) = (done_by IS NULL))
);
COMMENT ON TABLE reconciliation IS 'How far what one organisation holds has been compared with a restored record.';
COMMENT ON COLUMN reconciliation.manner IS 'asked: its system was asked; file: it handed its inventory in; stated: a named officer stated that nothing newer came.';
COMMENT ON COLUMN reconciliation.reached IS 'The comparison is done up to this directive id; null: not begun, or no line yet.';
COMMENT ON COLUMN reconciliation.checked IS 'Lines of the inventory that were compared.';
COMMENT ON COLUMN reconciliation.corrected IS 'Directives of which the record or the recipient was put right.';
COMMENT ON COLUMN reconciliation.statement_hash IS 'Keyed hash of the statement.';
COMMENT ON COLUMN reconciliation.done_by IS 'Staff number of the officer who answers for the inventory or the statement, or the program that asked.';

CREATE TABLE orphan (
    directive_id    uuid NOT NULL,
    version         smallint NOT NULL CHECK (version > 1),
    organisation_id integer NOT NULL REFERENCES organisation (id),
    restoration_id  uuid NOT NULL REFERENCES restoration (id),
    found_version   smallint NOT NULL CHECK (found_version > 0),
    step            step NOT NULL,
    due             boolean NOT NULL,
    CONSTRAINT orphan_pkey PRIMARY KEY (directive_id, version)
);
CREATE INDEX orphan_due ON orphan (organisation_id, directive_id) WHERE due;
COMMENT ON TABLE orphan IS 'A withdrawal of what a recipient holds and no version of the record can lift: the directive is unknown here, or is held in a version newer than its withdrawal.';
COMMENT ON COLUMN orphan.version IS 'The version that the withdrawal travels under.';
COMMENT ON COLUMN orphan.found_version IS 'The version that the recipient holds.';
COMMENT ON COLUMN orphan.due IS 'Still has to be sent.';
CREATE TRIGGER orphan_kept BEFORE DELETE OR TRUNCATE ON orphan FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

ALTER TABLE listing
    ADD COLUMN resumption_reasons bytea,
    DROP CONSTRAINT listing_suspension,
    ADD CONSTRAINT listing_suspension CHECK ((suspended_for IS NULL) = (suspended_on IS NULL) AND suspended_for IN ('court-stay', 'wrong-person', 'restored'));
COMMENT ON COLUMN listing.resumption_reasons IS 'Sealed: why the court resumed a listing that a restoration had put in doubt.';
COMMENT ON COLUMN listing.suspended_for IS 'Suspended at every recipient: by the court, while a wrong-person claim is checked, or because a restored record may have lost its end.';
COMMENT ON COLUMN event.measures IS 'Of reports, the measure; of a reconciliation, what was found of each line, numbered as in enforcement/reconcile.go.';
