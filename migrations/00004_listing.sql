-- +goose Up
CREATE TYPE listing_state AS ENUM ('draft', 'warned', 'applied', 'refused', 'decided', 'served', 'grace', 'abandoned',
    'active', 'extended', 'deleted', 'expired', 'early-deleted', 'revoked');

CREATE TABLE listing (
    id                 uuid PRIMARY KEY REFERENCES ground (id),
    court_id           integer NOT NULL REFERENCES organisation (id),
    case_id            uuid NOT NULL REFERENCES execution_case (id),
    subject_id         uuid NOT NULL REFERENCES subject (id),
    state              listing_state NOT NULL,
    version            integer NOT NULL DEFAULT 1,
    conducts           smallint[] NOT NULL,
    facts              bytea NOT NULL,
    drafted_by         text NOT NULL,
    risk_warning       boolean,
    notice_served_on   date,
    applied_on         date,
    proposed_by        text,
    decision_number    text,
    reasons            bytea,
    term_until         date,
    grace_months       smallint NOT NULL DEFAULT 0,
    signed_by          text,
    signer_role        text,
    decided_on         date,
    service_manner     text,
    served_on          date,
    enclosures         text[],
    grace_until        date,
    published_on       date,
    extended_until     date,
    suspended_for      text,
    suspended_on       date,
    correcting_since   date,
    ended_on           date,
    end_event_on       date,
    end_item           smallint,
    end_reasons        bytea,
    creditor_withdrew  boolean NOT NULL DEFAULT false,
    retain_until       date,
    -- A check that comes out as null passes: each below says what null means.
    CONSTRAINT listing_conducts CHECK (cardinality(conducts) > 0 AND conducts <@ ARRAY[1, 2, 3, 4, 5, 6]::smallint[]),
    CONSTRAINT listing_warned_first CHECK (state IN ('draft', 'abandoned') OR (notice_served_on IS NOT NULL AND risk_warning IS TRUE)),
    CONSTRAINT listing_signed CHECK (state IN ('draft', 'warned', 'applied', 'refused', 'abandoned')
        OR (reasons IS NOT NULL AND coalesce(decision_number, '') <> '' AND decided_on IS NOT NULL AND signed_by IS NOT NULL AND coalesce(signer_role, '') = 'president')),
    CONSTRAINT listing_term_by_conduct CHECK (decided_on IS NULL OR (conducts = ARRAY[1]::smallint[]) = (term_until IS NULL)),
    CONSTRAINT listing_term_two_years CHECK (term_until <= (decided_on + interval '2 years')::date AND term_until > decided_on),
    CONSTRAINT listing_extension_three_years CHECK (extended_until IS NULL OR (term_until IS NOT NULL AND decided_on IS NOT NULL AND extended_until > term_until AND extended_until <= (term_until + interval '3 years')::date
        AND extended_until <= (decided_on + interval '5 years')::date)),
    CONSTRAINT listing_grace_months CHECK (grace_months BETWEEN 0 AND 3 AND (grace_until IS NULL OR grace_months > 0)),
    CONSTRAINT listing_served_before_published CHECK (published_on IS NULL
        OR (served_on IS NOT NULL AND enclosures IS NOT NULL AND served_on <= published_on AND 'repair-notice' = ANY (enclosures) AND (grace_until IS NULL OR grace_until < published_on))),
    CONSTRAINT listing_published_state CHECK ((published_on IS NOT NULL) = (state IN ('active', 'extended', 'deleted', 'expired', 'early-deleted', 'revoked'))),
    CONSTRAINT listing_service_enclosures CHECK (served_on IS NULL OR (service_manner IS NOT NULL AND enclosures IS NOT NULL AND 'repair-notice' = ANY (enclosures))),
    CONSTRAINT listing_end CHECK ((state IN ('deleted', 'expired', 'early-deleted', 'revoked', 'abandoned', 'refused')) = (ended_on IS NOT NULL)),
    CONSTRAINT listing_deleted_only_without_term CHECK (state <> 'deleted' OR (term_until IS NULL AND end_item IS NOT NULL AND end_item BETWEEN 1 AND 7)),
    CONSTRAINT listing_term_ends_only_with_term CHECK (state NOT IN ('expired', 'early-deleted', 'extended') OR term_until IS NOT NULL),
    CONSTRAINT listing_retention CHECK (ended_on IS NULL OR published_on IS NULL OR (retain_until IS NOT NULL AND retain_until > ended_on)),
    CONSTRAINT listing_suspension CHECK ((suspended_for IS NULL) = (suspended_on IS NULL) AND suspended_for IN ('court-stay', 'wrong-person'))
);
COMMENT ON TABLE listing IS 'An entry on the list of judgment debtors by a decision (法释〔2017〕7号).';
COMMENT ON COLUMN listing.conducts IS 'Which of the six grounds of Art. 1, by number.';
COMMENT ON COLUMN listing.facts IS 'Sealed: concrete conduct, obligation, how far performed (Art. 6 items).';
COMMENT ON COLUMN listing.served_on IS 'Day on which service takes effect; with an announcement its thirtieth day.';
COMMENT ON COLUMN listing.grace_until IS 'Last day of grace (法发〔2019〕35号 item 15).';
COMMENT ON COLUMN listing.suspended_for IS 'Suspended at every recipient: by the court, or while a wrong-person claim is checked.';
COMMENT ON COLUMN listing.retain_until IS 'After this day the record is due for shredding (PIPL Art. 19, 47).';
COMMENT ON COLUMN listing.end_item IS 'Which item of Art. 10 ¶1 ended it.';
CREATE UNIQUE INDEX listing_one_live ON listing (case_id, subject_id)
    WHERE state NOT IN ('deleted', 'expired', 'early-deleted', 'revoked', 'abandoned', 'refused');
CREATE INDEX listing_by_court ON listing (court_id, id);
CREATE INDEX listing_by_subject ON listing (subject_id);
CREATE INDEX listing_to_publish ON listing (served_on) WHERE state IN ('served', 'grace');
CREATE INDEX listing_to_expire ON listing (coalesce(extended_until, term_until)) WHERE state IN ('active', 'extended') AND term_until IS NOT NULL;

CREATE TYPE exclusion_kind AS ENUM ('security-given', 'assets-suffice', 'not-yet-liable', 'not-able', 'creditor-asks-not-to', 'campus-loan-student');

CREATE TABLE exclusion_fact (
    id         uuid PRIMARY KEY,
    listing_id uuid NOT NULL REFERENCES listing (id),
    kind       exclusion_kind NOT NULL,
    opened_on  date NOT NULL,
    closed_on  date,
    CONSTRAINT exclusion_period CHECK (closed_on >= opened_on)
);
COMMENT ON TABLE exclusion_fact IS 'Facts that forbid a listing while open (法释〔2017〕7号 Art. 3; 法发〔2019〕35号 item 16).';
CREATE INDEX exclusion_open ON exclusion_fact (listing_id) WHERE closed_on IS NULL;

CREATE TABLE listing_extension (
    id              uuid PRIMARY KEY,
    listing_id      uuid NOT NULL REFERENCES listing (id),
    decision_number text NOT NULL CHECK (decision_number <> ''),
    reasons         bytea NOT NULL,
    cause           text NOT NULL CHECK (cause IN ('serious-violence-or-threat', 'several-dishonest-acts')),
    acts            smallint NOT NULL,
    signed_by       text NOT NULL,
    signer_role     text NOT NULL CHECK (signer_role = 'president'),
    decided_on      date NOT NULL,
    served_on       date NOT NULL,
    old_end         date NOT NULL,
    new_end         date NOT NULL,
    CONSTRAINT extension_served_before_end CHECK (decided_on <= served_on AND served_on <= old_end),
    CONSTRAINT extension_one_to_three_years CHECK (new_end >= (old_end + interval '1 year')::date AND new_end <= (old_end + interval '3 years')::date),
    CONSTRAINT extension_several_acts CHECK (cause <> 'several-dishonest-acts' OR acts >= 2)
);
COMMENT ON TABLE listing_extension IS 'A reasoned, served decision that lengthens a term (Art. 2).';

CREATE TABLE network_search (
    listing_id   uuid NOT NULL REFERENCES listing (id),
    searched_on  date NOT NULL,
    after_ruling date NOT NULL,
    found        boolean NOT NULL,
    PRIMARY KEY (listing_id, searched_on),
    CONSTRAINT network_search_after_ruling CHECK (searched_on > after_ruling)
);
COMMENT ON TABLE network_search IS 'Network asset searches after a ruling that ends this round of execution (Art. 10 ¶1 item 4).';

CREATE TABLE clock (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL,
    organisation_id integer NOT NULL REFERENCES organisation (id),
    ground_id       uuid REFERENCES ground (id),
    started_on      date NOT NULL,
    value           smallint NOT NULL CHECK (value > 0),
    unit            text NOT NULL CHECK (unit IN ('calendar-days', 'working-days', 'months')),
    source          text NOT NULL CHECK (source <> ''),
    due_on          date NOT NULL,
    provisional     boolean NOT NULL,
    done_on         date,
    CONSTRAINT clock_key UNIQUE NULLS NOT DISTINCT (organisation_id, ground_id, started_on, kind)
);
COMMENT ON TABLE clock IS 'A running deadline; for directives one row per organisation, day and kind, never per directive.';
COMMENT ON COLUMN clock.source IS 'The article, or 内部时限 where no law sets the time.';
COMMENT ON COLUMN clock.provisional IS 'The period reaches a year without a loaded calendar.';
CREATE INDEX clock_running ON clock (due_on) WHERE done_on IS NULL;
CREATE INDEX clock_by_ground ON clock (ground_id) WHERE ground_id IS NOT NULL;

CREATE TABLE task (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,
    organisation_id integer NOT NULL REFERENCES organisation (id),
    ground_id       uuid REFERENCES ground (id),
    opened_on       date NOT NULL,
    closed_on       date,
    closed_because  text,
    CONSTRAINT task_close CHECK ((closed_on IS NULL) = (closed_because IS NULL))
);
CREATE UNIQUE INDEX task_open ON task (kind, ground_id) WHERE closed_on IS NULL;
CREATE INDEX task_by_organisation ON task (organisation_id, id) WHERE closed_on IS NULL;
COMMENT ON TABLE task IS 'Something an organisation still has to do, visible to it.';

CREATE TABLE incident (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,
    organisation_id integer REFERENCES organisation (id),
    directive_id    uuid,
    detail          text NOT NULL,
    opened_at       timestamptz NOT NULL,
    closed_at       timestamptz
);
CREATE INDEX incident_open ON incident (opened_at) WHERE closed_at IS NULL;
COMMENT ON TABLE incident IS 'Something an operator must look at: nobody plays a body, a message was refused, an endpoint is gone.';
COMMENT ON COLUMN incident.detail IS 'Codes and ids only, never personal data.';
