-- +goose Up
CREATE TYPE lane AS ENUM ('express', 'bulk');
-- The order is the order of progress; "cancelled" stands last and is tested by name.
CREATE TYPE step AS ENUM ('queued', 'left', 'delivered', 'acknowledged', 'cancelled');
CREATE TYPE version_kind AS ENUM ('impose', 'amend', 'suspend', 'resume', 'permit', 'permit-end', 'withdraw');

-- The bulk tables carry no foreign keys: three of them cost more than the insert.
-- They are copied from rows that were read under lock, no role may delete those
-- rows, and the audit proves that nothing dangles.
CREATE TABLE directive (
    id              uuid NOT NULL,
    subject_id      uuid NOT NULL,
    ground_id       uuid NOT NULL,
    organisation_id integer NOT NULL,
    plan_id         integer NOT NULL,
    ground_kind     ground_kind NOT NULL,
    step            step NOT NULL,
    valid_until     date,
    due             boolean NOT NULL,
    measures        smallint[] NOT NULL,
    CONSTRAINT directive_pkey PRIMARY KEY (id),
    CONSTRAINT directive_ground_key UNIQUE (subject_id, ground_id, organisation_id),
    CONSTRAINT directive_measures CHECK (cardinality(measures) > 0)
);
CREATE INDEX directive_due ON directive (organisation_id, id) WHERE due;
COMMENT ON TABLE directive IS 'What one organisation is told about one subject under one ground; the row is version 1 and its set is never rewritten.';
COMMENT ON COLUMN directive.step IS 'How far version 1 got.';
COMMENT ON COLUMN directive.due IS 'Version 1 still has to be sent (queued, or in doubt and not replaced by a newer version).';

CREATE TABLE amendment (
    directive_id    uuid NOT NULL,
    version         smallint NOT NULL CHECK (version > 1),
    organisation_id integer NOT NULL,
    kind            version_kind NOT NULL,
    lane            lane NOT NULL,
    step            step NOT NULL,
    valid_until     date,
    not_before      date,
    verified_on     date,
    burdens         boolean NOT NULL,
    due             boolean NOT NULL,
    measures        smallint[] NOT NULL,
    CONSTRAINT amendment_pkey PRIMARY KEY (directive_id, version),
    CONSTRAINT amendment_lifting_goes_first CHECK (burdens OR lane = 'express'),
    CONSTRAINT amendment_empty_sets CHECK ((kind IN ('suspend', 'withdraw')) = (cardinality(measures) = 0))
);
CREATE INDEX amendment_due ON amendment (organisation_id, lane, directive_id) WHERE due;
CREATE INDEX amendment_not_lifted ON amendment (organisation_id) WHERE kind = 'withdraw' AND step IN ('queued', 'left', 'delivered');
CREATE UNIQUE INDEX amendment_one_withdrawal ON amendment (directive_id) WHERE kind = 'withdraw';
COMMENT ON TABLE amendment IS 'Every later version of a directive, appended; the greatest is the current one.';
COMMENT ON COLUMN amendment.burdens IS 'Its set grows: what a hold stops.';
COMMENT ON COLUMN amendment.verified_on IS 'A later check found the measure lifted (lift_verified).';

CREATE TYPE report_outcome AS ENUM ('implemented', 'not-applicable', 'refused', 'lifted', 'kept');
CREATE TABLE report (
    directive_id uuid NOT NULL,
    version      smallint NOT NULL,
    measure_id   smallint NOT NULL,
    outcome      report_outcome NOT NULL,
    reason       text NOT NULL DEFAULT '',
    basis        text NOT NULL DEFAULT '',
    kept_until   date,
    reported_on  date NOT NULL,
    CONSTRAINT report_pkey PRIMARY KEY (directive_id, version, measure_id),
    CONSTRAINT report_refusal_has_ground CHECK (outcome <> 'refused' OR reason <> ''),
    CONSTRAINT report_kept_has_own_basis CHECK ((outcome = 'kept') = (kept_until IS NOT NULL) AND (outcome <> 'kept' OR basis <> ''))
);
COMMENT ON TABLE report IS 'What a department did with one measure of one version.';
COMMENT ON COLUMN report.reason IS 'Code of the ground of a refusal, never free text about a person.';

CREATE TABLE event (
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    id              uuid NOT NULL,
    kind            text NOT NULL,
    at              timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    actor           text NOT NULL CHECK (actor <> ''),
    role            text NOT NULL CHECK (role <> ''),
    organisation_id integer,
    act_key         text,
    subject_id      uuid,
    ground_id       uuid,
    refers_to       uuid,
    plan_id         integer,
    day             date,
    until           date,
    reason          text,
    legal_basis     text,
    document_hash   bytea,
    directives      uuid[],
    versions        smallint[],
    outcomes        smallint[],
    measures        smallint[],
    tx              xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT event_pkey PRIMARY KEY (id)
);
ALTER TABLE event ALTER COLUMN directives SET STORAGE EXTERNAL;
ALTER TABLE event ALTER COLUMN versions SET STORAGE EXTERNAL;
ALTER TABLE event ALTER COLUMN outcomes SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX event_act_key ON event (act_key) WHERE act_key IS NOT NULL;
CREATE INDEX event_by_ground ON event (ground_id, seq) WHERE ground_id IS NOT NULL;
COMMENT ON TABLE event IS 'Append-only: one row per act. The history of every directive follows from these rows and the plans alone.';
COMMENT ON COLUMN event.at IS 'Legal time of the act.';
COMMENT ON COLUMN event.recorded_at IS 'Machine time of the row.';
COMMENT ON COLUMN event.directives IS 'In the plan''s order for a publication; otherwise aligned with versions and outcomes.';
COMMENT ON COLUMN event.until IS 'valid_until of the versions the act wrote.';
COMMENT ON COLUMN event.outcomes IS 'The step each line reached, numbered as in the type step from 0 (5: laid into an inbox); for reports the outcome. Of a settlement they align with the lines of the attempt it refers to.';
COMMENT ON COLUMN event.tx IS 'Transaction: readers of the log go by this below the snapshot''s xmin, not by seq.';

CREATE TABLE attempt (
    id              uuid PRIMARY KEY,
    organisation_id integer NOT NULL,
    lane            lane NOT NULL,
    channel         text NOT NULL,
    event_id        uuid NOT NULL,
    body_hash       bytea NOT NULL,
    opened_at       timestamptz NOT NULL,
    settled_at      timestamptz
);
CREATE INDEX attempt_open ON attempt (organisation_id, lane) WHERE settled_at IS NULL;
COMMENT ON TABLE attempt IS 'One send. Open: all its ids count as left. Its ids and versions stand in its event.';

-- +goose StatementBegin
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER plan_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER plan_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER directive_kept BEFORE DELETE OR TRUNCATE ON directive FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER amendment_kept BEFORE DELETE OR TRUNCATE ON amendment FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER ground_kept BEFORE DELETE OR TRUNCATE ON ground FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER subject_kept BEFORE DELETE OR TRUNCATE ON subject FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- The set of a directive is never rewritten: only how far version 1 got may change.
-- +goose StatementBegin
CREATE FUNCTION refuse_new_set() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version is never rewritten' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER directive_set_fixed BEFORE UPDATE OF id, subject_id, ground_id, organisation_id, plan_id, ground_kind, valid_until, measures ON directive
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_new_set();
CREATE TRIGGER amendment_set_fixed BEFORE UPDATE OF directive_id, version, organisation_id, kind, lane, valid_until, burdens, measures ON amendment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_new_set();
