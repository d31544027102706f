-- +goose Up
CREATE TYPE administrative_state AS ENUM ('draft', 'notified', 'stated', 'answered', 'decided', 'served', 'announced',
    'active', 'deleted', 'expired', 'early-deleted', 'revoked', 'abandoned');

CREATE TABLE administrative_listing (
    id                    uuid PRIMARY KEY REFERENCES ground (id),
    list_type             text NOT NULL,
    organisation_id       integer NOT NULL REFERENCES organisation (id),
    subject_id            uuid NOT NULL REFERENCES subject (id),
    state                 administrative_state NOT NULL,
    version               integer NOT NULL DEFAULT 1,
    grounds               text[] NOT NULL,
    facts                 bytea NOT NULL,
    drafted_by            text NOT NULL,
    notice_manner         text,
    notice_served_on      date,
    notice_contents       text[],
    window_until          date,
    stated_on             date,
    answered_on           date,
    decision_number       text,
    reasons               bytea,
    basis                 text,
    removal_conditions    bytea,
    remedies              bytea,
    decided_by            text,
    signer_role           text,
    decided_on            date,
    serious               boolean,
    footing_kind          text,
    list_region           text,
    publication           text,
    open_term             boolean,
    term_until            date,
    term_limit            date,
    service_manner        text,
    served_on             date,
    enclosures            text[],
    announced_on          date,
    objection_until       date,
    objected_on           date,
    objection_answered_on date,
    published_on          date,
    suspended_for         text,
    suspended_on          date,
    resumption_reasons    bytea,
    ended_on              date,
    end_event_on          date,
    end_cause             text,
    end_reasons           bytea,
    retain_until          date,
    -- A check that comes out as null passes: each below says what null means.
    CONSTRAINT administrative_notice_first CHECK (state IN ('draft', 'abandoned') OR (notice_served_on IS NOT NULL AND window_until IS NOT NULL)),
    CONSTRAINT administrative_notice_contents CHECK (notice_served_on IS NULL
        OR (notice_manner IS NOT NULL AND notice_contents IS NOT NULL AND notice_contents @> ARRAY['cause', 'basis', 'rights'] AND window_until IS NOT NULL AND window_until > notice_served_on)),
    CONSTRAINT administrative_window_over CHECK (decided_on IS NULL OR (window_until IS NOT NULL AND window_until < decided_on)),
    CONSTRAINT administrative_answered_first CHECK ((state = 'stated') = (stated_on IS NOT NULL AND answered_on IS NULL AND state <> 'abandoned')
        AND (answered_on IS NULL OR (stated_on IS NOT NULL AND answered_on >= stated_on))
        AND (decided_on IS NULL OR stated_on IS NULL OR (answered_on IS NOT NULL AND answered_on <= decided_on))),
    CONSTRAINT administrative_signed CHECK (state IN ('draft', 'notified', 'stated', 'answered', 'abandoned')
        OR (decided_on IS NOT NULL AND decided_by IS NOT NULL AND coalesce(decision_number, '') <> '' AND reasons IS NOT NULL AND coalesce(basis, '') <> '')),
    CONSTRAINT administrative_signer CHECK (decided_on IS NULL OR coalesce(signer_role, '') = 'department-reviewer'),
    CONSTRAINT administrative_second_person CHECK (decided_by IS NULL OR decided_by <> drafted_by),
    CONSTRAINT administrative_remedies CHECK (decided_on IS NULL OR (removal_conditions IS NOT NULL AND remedies IS NOT NULL)),
    CONSTRAINT administrative_footing CHECK (decided_on IS NULL OR (list_region IS NOT NULL AND footing_kind IS NOT NULL
        AND (list_region <> '') = (footing_kind = 'local-regulation')
        AND footing_kind IN ('law', 'regulation', 'judicial-interpretation', 'central-policy', 'state-council-policy', 'departmental-rule', 'local-regulation'))),
    CONSTRAINT administrative_term CHECK (decided_on IS NULL OR (serious IS NOT NULL AND open_term IS NOT NULL AND (term_until IS NOT NULL OR (open_term AND NOT serious)))),
    CONSTRAINT administrative_term_bounds CHECK (term_until IS NULL OR (decided_on IS NOT NULL AND term_limit IS NOT NULL AND term_until > decided_on AND term_until <= term_limit)),
    CONSTRAINT administrative_serious_three_years CHECK (serious IS NULL OR NOT serious OR term_until <= (decided_on + interval '3 years')::date),
    CONSTRAINT administrative_service_enclosures CHECK (served_on IS NULL OR (service_manner IS NOT NULL AND enclosures IS NOT NULL AND 'repair-notice' = ANY (enclosures))),
    CONSTRAINT administrative_served_before_published CHECK (published_on IS NULL OR (served_on IS NOT NULL AND served_on <= published_on)),
    CONSTRAINT administrative_published_state CHECK ((published_on IS NOT NULL) = (state IN ('active', 'deleted', 'expired', 'early-deleted', 'revoked'))),
    CONSTRAINT administrative_publication CHECK (publication IN ('after-service', 'monthly-batch', 'none') AND (decided_on IS NULL) = (publication IS NULL)),
    CONSTRAINT administrative_announcement CHECK ((announced_on IS NULL) = (objection_until IS NULL)
        AND (announced_on IS NULL OR (publication = 'monthly-batch' AND served_on IS NOT NULL AND served_on <= announced_on AND announced_on < objection_until))
        AND (state <> 'announced' OR announced_on IS NOT NULL)),
    CONSTRAINT administrative_batch CHECK (published_on IS NULL OR publication <> 'monthly-batch' OR (objection_until IS NOT NULL AND objection_until < published_on)),
    CONSTRAINT administrative_objection_answered CHECK ((objected_on IS NULL OR announced_on IS NOT NULL)
        AND (objection_answered_on IS NULL OR (objected_on IS NOT NULL AND objection_answered_on >= objected_on))
        AND (published_on IS NULL OR objected_on IS NULL OR (objection_answered_on IS NOT NULL AND objection_answered_on <= published_on))),
    CONSTRAINT administrative_end CHECK ((state IN ('deleted', 'expired', 'early-deleted', 'revoked', 'abandoned')) = (ended_on IS NOT NULL)),
    CONSTRAINT administrative_expires_only_with_term CHECK (state <> 'expired' OR (term_until IS NOT NULL AND term_until < ended_on)),
    CONSTRAINT administrative_retention CHECK (ended_on IS NULL OR published_on IS NULL OR (retain_until IS NOT NULL AND retain_until > ended_on)),
    CONSTRAINT administrative_suspension CHECK ((suspended_for IS NULL) = (suspended_on IS NULL) AND suspended_for IN ('court-stay', 'wrong-person', 'restored'))
);
COMMENT ON TABLE administrative_listing IS 'An entry on an administrative list: notice, statement and answer come before the decision (国办发〔2020〕49号 item 8). Its id is its ground''s.';
COMMENT ON COLUMN administrative_listing.organisation_id IS 'The list owner; on the day of the decision it stands for one of the bodies that keep this list.';
COMMENT ON COLUMN administrative_listing.grounds IS 'Slugs of the list type''s grounds; empty where the catalogue knows none of them.';
COMMENT ON COLUMN administrative_listing.facts IS 'Sealed: the concrete conduct and the finding it rests on.';
COMMENT ON COLUMN administrative_listing.notice_served_on IS 'Day on which service of the notice takes effect.';
COMMENT ON COLUMN administrative_listing.notice_contents IS 'What the notice tells: cause, basis and rights at least.';
COMMENT ON COLUMN administrative_listing.window_until IS 'Last day to state and defend; the decision comes after it.';
COMMENT ON COLUMN administrative_listing.stated_on IS 'Day of the newest statement; the texts stand in administrative_statement.';
COMMENT ON COLUMN administrative_listing.answered_on IS 'Day on which the newest statement was answered; none while one is open.';
COMMENT ON COLUMN administrative_listing.basis IS 'The legal basis of the listing as the decision cites it.';
COMMENT ON COLUMN administrative_listing.removal_conditions IS 'Sealed: the conditions and procedure of removal that the decision states.';
COMMENT ON COLUMN administrative_listing.remedies IS 'Sealed: the remedies that the decision names.';
COMMENT ON COLUMN administrative_listing.decided_by IS 'A second person, never the one who drafted.';
COMMENT ON COLUMN administrative_listing.serious IS 'As the list type stood at the decision: a list of serious dishonesty ends after three years at the latest (国办发〔2025〕22号).';
COMMENT ON COLUMN administrative_listing.footing_kind IS 'Rank of the basis that carries the list on the day of the decision.';
COMMENT ON COLUMN administrative_listing.list_region IS 'GB/T 2260 prefix of a local list, which needs a local regulation; empty for a national one.';
COMMENT ON COLUMN administrative_listing.publication IS 'As the list type stood at the decision; none: directives go out, the public list shows nothing.';
COMMENT ON COLUMN administrative_listing.open_term IS 'It ends when its reason ends, and on term_until at the latest, if there is one.';
COMMENT ON COLUMN administrative_listing.term_limit IS 'The latest last day that the list type, or our own bound of three years, allowed at the decision.';
COMMENT ON COLUMN administrative_listing.served_on IS 'Day on which service takes effect; with an announcement its thirtieth day.';
COMMENT ON COLUMN administrative_listing.announced_on IS 'Day of the monthly batch it was announced in; objections are heard until objection_until.';
COMMENT ON COLUMN administrative_listing.objected_on IS 'Day of the newest objection to the announcement.';
COMMENT ON COLUMN administrative_listing.suspended_for IS 'Suspended at every recipient: by a court''s stay, while a wrong-person claim is checked, or because a restored record may have lost its end.';
COMMENT ON COLUMN administrative_listing.resumption_reasons IS 'Sealed: why a listing that a restoration had put in doubt was resumed.';
COMMENT ON COLUMN administrative_listing.end_cause IS 'Code of why it ended or was given up.';
COMMENT ON COLUMN administrative_listing.retain_until IS 'After this day the record is due for shredding (PIPL Art. 19, 47).';
CREATE UNIQUE INDEX administrative_one_live ON administrative_listing (subject_id, list_type, organisation_id)
    WHERE state NOT IN ('deleted', 'expired', 'early-deleted', 'revoked', 'abandoned');
CREATE INDEX administrative_by_organisation ON administrative_listing (organisation_id, id);
CREATE INDEX administrative_to_publish ON administrative_listing (id) WHERE state IN ('served', 'announced');
CREATE INDEX administrative_to_expire ON administrative_listing (term_until) WHERE state = 'active' AND term_until IS NOT NULL;

CREATE TABLE administrative_statement (
    id          uuid PRIMARY KEY,
    listing_id  uuid NOT NULL REFERENCES administrative_listing (id),
    stage       text NOT NULL,
    received_on date NOT NULL,
    recorded_by text NOT NULL,
    statement   bytea NOT NULL,
    answered_on date,
    answered_by text,
    upheld      boolean,
    answer      bytea,
    CONSTRAINT administrative_statement_stage CHECK (stage IN ('notice', 'announcement')),
    CONSTRAINT administrative_statement_answer CHECK ((answered_on IS NULL) = (answer IS NULL) AND (answered_on IS NULL) = (answered_by IS NULL)
        AND (answered_on IS NULL) = (upheld IS NULL) AND answered_on >= received_on)
);
COMMENT ON TABLE administrative_statement IS 'What a subject said after the notice, or against the announcement of a batch, and what was answered.';
COMMENT ON COLUMN administrative_statement.statement IS 'Sealed under the subject''s envelope.';
COMMENT ON COLUMN administrative_statement.answer IS 'Sealed under the subject''s envelope.';
COMMENT ON COLUMN administrative_statement.upheld IS 'The statement was found right: the listing was given up.';
CREATE INDEX administrative_statement_by_listing ON administrative_statement (listing_id, id);
CREATE TRIGGER administrative_statement_kept BEFORE DELETE OR TRUNCATE ON administrative_statement FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
