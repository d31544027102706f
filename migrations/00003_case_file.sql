-- +goose Up
CREATE TYPE subject_kind AS ENUM ('natural-person', 'legal-person', 'sole-trader', 'other-organisation');

CREATE TABLE subject (
    id          uuid PRIMARY KEY,
    kind        subject_kind NOT NULL,
    envelope    bytea,
    sealed      bytea,
    key_version smallint NOT NULL,
    override_by text,
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    shredded_at timestamptz,
    CONSTRAINT subject_sealed_or_shredded CHECK ((envelope IS NULL) = (shredded_at IS NOT NULL) AND (sealed IS NULL) = (envelope IS NULL)),
    CONSTRAINT subject_override_units_only CHECK (override_by IS NULL OR kind <> 'natural-person')
);
COMMENT ON TABLE subject IS 'A person or unit; everything that names it is sealed under its own envelope.';
COMMENT ON COLUMN subject.envelope IS 'The data key of the subject, wrapped; gone when shredded.';
COMMENT ON COLUMN subject.sealed IS 'Name, number, birth day and the like, sealed under the envelope.';
COMMENT ON COLUMN subject.override_by IS 'Second person who accepted a circulating code that fails its check (units only).';
CREATE INDEX subject_key_version ON subject (key_version) WHERE envelope IS NOT NULL;

CREATE TABLE subject_lookup (
    key_version smallint NOT NULL,
    hash        bytea NOT NULL,
    subject_id  uuid NOT NULL REFERENCES subject (id),
    CONSTRAINT subject_lookup_pkey PRIMARY KEY (hash, key_version)
);
COMMENT ON TABLE subject_lookup IS 'Keyed hash of the normalised number, per key version: identity needs the number, never the name alone.';
CREATE INDEX subject_lookup_subject ON subject_lookup (subject_id, key_version);

CREATE TABLE execution_case (
    id             uuid PRIMARY KEY,
    court_id       integer NOT NULL REFERENCES organisation (id),
    number         text NOT NULL,
    filed_on       date NOT NULL,
    basis_document text NOT NULL CHECK (basis_document <> ''),
    basis_unit     text NOT NULL CHECK (basis_unit <> ''),
    CONSTRAINT execution_case_number_key UNIQUE (court_id, number)
);
COMMENT ON TABLE execution_case IS 'The execution case: number, and the effective document it rests on.';

CREATE TYPE ground_kind AS ENUM ('listing', 'order', 'reward');
CREATE TYPE ground_state AS ENUM ('pending', 'in-force', 'suspended', 'ended');

CREATE TABLE ground (
    id              uuid PRIMARY KEY,
    kind            ground_kind NOT NULL,
    list_type       text NOT NULL,
    subject_id      uuid NOT NULL REFERENCES subject (id),
    organisation_id integer NOT NULL REFERENCES organisation (id),
    case_id         uuid REFERENCES execution_case (id),
    reference       text NOT NULL DEFAULT '',
    decided_on      date,
    valid_until     date,
    state           ground_state NOT NULL DEFAULT 'pending',
    plan_id         integer REFERENCES plan (id),
    in_force_on     date,
    ended_on        date,
    CONSTRAINT ground_in_force_has_plan CHECK (state NOT IN ('in-force', 'suspended') OR (plan_id IS NOT NULL AND in_force_on IS NOT NULL AND decided_on IS NOT NULL AND reference <> '')),
    CONSTRAINT ground_end CHECK ((state = 'ended') = (ended_on IS NOT NULL))
);
COMMENT ON TABLE ground IS 'What directives rest on: a listing, an order or a reward. Its id is the id of that row.';
COMMENT ON COLUMN ground.organisation_id IS 'The list owner: for judgment debtors the enforcing court.';
COMMENT ON COLUMN ground.reference IS 'Number of the decision or order.';
CREATE INDEX ground_by_subject ON ground (subject_id);
