-- +goose Up
-- Consumption-restriction orders (法释〔2015〕17号). One order restricts one person: of a unit that is restricted, each of its
-- people has an order of their own, with the role and its proof. Its id is its ground's.
CREATE TYPE order_state AS ENUM ('draft', 'noticed', 'decided', 'served', 'grace', 'active', 'lifted', 'expired', 'revoked', 'abandoned');

CREATE TABLE consumption_order (
    id                  uuid PRIMARY KEY REFERENCES ground (id),
    court_id            integer NOT NULL REFERENCES organisation (id),
    case_id             uuid NOT NULL REFERENCES execution_case (id),
    subject_id          uuid NOT NULL REFERENCES subject (id),
    debtor_id           uuid NOT NULL REFERENCES subject (id),
    state               order_state NOT NULL,
    version             integer NOT NULL DEFAULT 1,
    rules               smallint NOT NULL DEFAULT 1,
    duty                text NOT NULL,
    listing_id          uuid REFERENCES listing (id),
    role                text,
    role_paper          uuid REFERENCES paper (id),
    drafted_by          text NOT NULL,
    notice_served_on    date,
    notice_recorded_on  date,
    notice_case         uuid,
    notice_filed_on     date,
    notice_link         uuid REFERENCES case_link (id),
    notice_paper        uuid REFERENCES paper (id),
    notice_receipt      uuid REFERENCES paper (id),
    perform_until       date,
    applied_on          date,
    application_paper   uuid REFERENCES paper (id),
    own_motion_reason   bytea,
    factors             text[],
    ability             bytea,
    items               text[],
    other_items         bytea,
    consequences        bytea,
    reasons             bytea,
    decision_number     text,
    valid_until         date,
    grace_months        smallint,
    grace_until         date,
    proposed_by         text,
    signed_by           text,
    signer_role         text,
    decided_on          date,
    decision_paper      uuid REFERENCES paper (id),
    service_manner      text,
    served_on           date,
    service_recorded_on date,
    service_posted_on   date,
    enclosures          text[],
    service_paper       uuid REFERENCES paper (id),
    published_on        date,
    kept_on             date,
    keep_reasons        bytea,
    keep_paper          uuid REFERENCES paper (id),
    suspended_for       text,
    suspended_on        date,
    suspended_by        text,
    resumed_by          text,
    resumption_reasons  bytea,
    resumption_paper    uuid REFERENCES paper (id),
    ended_on            date,
    end_event_on        date,
    end_cause           text,
    end_reasons         bytea,
    retain_until        date,
    CONSTRAINT order_notice_of_case FOREIGN KEY (notice_case, notice_filed_on) REFERENCES execution_case (id, filed_on),
    -- A check that comes out as null passes: each below says what null means.
    CONSTRAINT order_rules CHECK (rules IN (0, 1)),
    CONSTRAINT order_duty CHECK (duty IN ('payment', 'act') AND (duty = 'payment' OR listing_id IS NOT NULL)),
    CONSTRAINT order_role CHECK ((role IS NULL) = (debtor_id = subject_id)
        AND (role IS NULL OR role IN ('legal-representative', 'principal', 'responsible-person', 'controller'))),
    CONSTRAINT order_role_proved CHECK (rules = 0 OR role IS NULL OR decided_on IS NULL OR role_paper IS NOT NULL),
    CONSTRAINT order_when_noticed CHECK (notice_served_on IS NULL OR (notice_paper IS NOT NULL AND notice_case IS NOT NULL AND notice_filed_on IS NOT NULL
        AND notice_recorded_on IS NOT NULL AND notice_filed_on <= notice_served_on AND notice_served_on <= notice_recorded_on
        AND (notice_case = case_id OR notice_link IS NOT NULL)
        AND perform_until IS NOT NULL AND perform_until > CASE WHEN notice_receipt IS NULL THEN notice_recorded_on ELSE notice_served_on END)),
    CONSTRAINT order_noticed_first CHECK (decided_on IS NULL OR rules = 0 OR listing_id IS NOT NULL
        OR (notice_served_on IS NOT NULL AND perform_until < decided_on)),
    CONSTRAINT order_asked CHECK (decided_on IS NULL OR rules = 0 OR own_motion_reason IS NOT NULL
        OR (applied_on IS NOT NULL AND application_paper IS NOT NULL AND applied_on <= decided_on)),
    CONSTRAINT order_items CHECK (items IS NULL OR (cardinality(items) > 0 AND items <@ ARRAY['transport', 'venues', 'real-estate', 'premises',
        'vehicles', 'travel', 'schools', 'insurance', 'trains', 'other'] AND ('other' = ANY (items)) = (other_items IS NOT NULL))),
    CONSTRAINT order_signed CHECK (decided_on IS NULL OR (signed_by IS NOT NULL AND signer_role = 'president' AND proposed_by IS NOT NULL
        AND reasons IS NOT NULL AND coalesce(decision_number, '') <> '' AND items IS NOT NULL AND consequences IS NOT NULL
        AND ability IS NOT NULL AND factors IS NOT NULL)),
    CONSTRAINT order_decided_state CHECK (state NOT IN ('decided', 'served', 'grace', 'active', 'lifted', 'expired', 'revoked') OR decided_on IS NOT NULL),
    CONSTRAINT order_signed_by_another CHECK (rules = 0 OR (signed_by <> drafted_by AND signed_by <> proposed_by)),
    CONSTRAINT order_decision_proved CHECK (rules = 0 OR decided_on IS NULL OR decision_paper IS NOT NULL),
    CONSTRAINT order_term CHECK (valid_until IS NULL OR decided_on IS NULL OR valid_until > decided_on),
    CONSTRAINT order_grace_months CHECK (grace_months IS NULL OR grace_months BETWEEN 0 AND 3),
    CONSTRAINT order_when_served CHECK (served_on IS NULL OR (service_manner IS NOT NULL AND decided_on IS NOT NULL AND served_on >= decided_on
        AND service_recorded_on IS NOT NULL AND (service_manner <> 'announcement' OR (service_posted_on IS NOT NULL AND served_on > service_posted_on)))),
    CONSTRAINT order_service_proved CHECK (rules = 0 OR served_on IS NULL OR service_paper IS NOT NULL),
    CONSTRAINT order_when_graced CHECK ((coalesce(grace_months, 0) > 0 AND served_on IS NOT NULL) = (grace_until IS NOT NULL)
        AND (grace_until IS NULL OR grace_until > served_on)),
    CONSTRAINT order_served_before_in_force CHECK (published_on IS NULL OR (served_on IS NOT NULL AND served_on <= published_on
        AND (grace_until IS NULL OR grace_until < published_on))),
    CONSTRAINT order_in_force_state CHECK ((published_on IS NOT NULL) = (state IN ('active', 'lifted', 'expired', 'revoked'))),
    CONSTRAINT order_kept CHECK ((kept_on IS NULL) = (keep_reasons IS NULL) AND (kept_on IS NULL) = (keep_paper IS NULL)),
    CONSTRAINT order_end CHECK ((state IN ('lifted', 'expired', 'revoked', 'abandoned')) = (ended_on IS NOT NULL)),
    CONSTRAINT order_expires_only_with_term CHECK (state <> 'expired' OR (valid_until IS NOT NULL AND valid_until < ended_on)),
    CONSTRAINT order_retention CHECK (ended_on IS NULL OR published_on IS NULL OR (retain_until IS NOT NULL AND retain_until > ended_on)),
    CONSTRAINT order_suspension CHECK ((suspended_for IS NULL) = (suspended_on IS NULL)
        AND suspended_for IN ('court-stay', 'wrong-person', 'minor', 'identity-doubtful', 'papers-due', 'restored')),
    CONSTRAINT order_resumed_by_another CHECK (resumed_by <> drafted_by AND resumed_by <> suspended_by),
    CONSTRAINT order_resumption_proved CHECK (rules = 0 OR resumption_reasons IS NULL OR resumption_paper IS NOT NULL)
);
COMMENT ON TABLE consumption_order IS 'A consumption-restriction order (限制消费令) against one person. Its id is its ground''s.';
COMMENT ON COLUMN consumption_order.debtor_id IS 'The debtor of the case: the subject itself, or the unit whose person it is.';
COMMENT ON COLUMN consumption_order.rules IS '0: taken over from elsewhere; 1: every step is proved.';
COMMENT ON COLUMN consumption_order.duty IS 'payment, or act: for a duty that is no payment only who is listed is restricted (法释〔2015〕17号 art. 1).';
COMMENT ON COLUMN consumption_order.listing_id IS 'The debtor''s listing in force on which it rests (art. 1 ¶2); null: on the duty that was not performed in the notice''s period (art. 1 ¶1).';
COMMENT ON COLUMN consumption_order.role IS 'Which of the four a unit''s person is (art. 3 ¶2); null: the subject is the debtor.';
COMMENT ON COLUMN consumption_order.own_motion_reason IS 'Sealed: why it is necessary without the creditor''s written application (art. 4).';
COMMENT ON COLUMN consumption_order.factors IS 'Which of art. 2 were weighed.';
COMMENT ON COLUMN consumption_order.ability IS 'Sealed: what is known of the ability to perform.';
COMMENT ON COLUMN consumption_order.items IS 'What it bans, of the nine kinds of art. 3 ¶1; the ninth is open and needs its words.';
COMMENT ON COLUMN consumption_order.other_items IS 'Sealed: the words of what else is banned.';
COMMENT ON COLUMN consumption_order.consequences IS 'Sealed: the consequences of a breach, as the order states them.';
COMMENT ON COLUMN consumption_order.valid_until IS 'Last day of its period; null: until the duty is performed.';
COMMENT ON COLUMN consumption_order.published_on IS 'Day from which it holds and goes to the recipients. No order is made public here.';
COMMENT ON COLUMN consumption_order.kept_on IS 'Day on which the court decided that it stays although the listing it rested on ended.';
COMMENT ON COLUMN consumption_order.keep_reasons IS 'Sealed: why.';
COMMENT ON COLUMN consumption_order.suspended_for IS 'As of a listing.';
COMMENT ON COLUMN consumption_order.suspended_by IS 'As of a listing.';
COMMENT ON COLUMN consumption_order.resumption_reasons IS 'Sealed: why it was given back.';
COMMENT ON COLUMN consumption_order.resumption_paper IS 'What it was given back or confirmed on, last.';
COMMENT ON COLUMN consumption_order.end_cause IS 'Code of why it ended or was given up.';
COMMENT ON COLUMN consumption_order.retain_until IS 'After this day the record is due for shredding (PIPL Art. 19, 47).';
CREATE UNIQUE INDEX order_one_live ON consumption_order (case_id, subject_id) WHERE state NOT IN ('lifted', 'expired', 'revoked', 'abandoned');
CREATE INDEX order_by_court ON consumption_order (court_id, id);
CREATE INDEX order_to_go_out ON consumption_order (id) WHERE state IN ('served', 'grace');
CREATE INDEX order_to_expire ON consumption_order (valid_until) WHERE state = 'active' AND valid_until IS NOT NULL;
CREATE INDEX order_of_listing ON consumption_order (listing_id) WHERE state = 'active' AND listing_id IS NOT NULL;

CREATE TRIGGER order_entered AFTER INSERT ON consumption_order REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows();
CREATE TRIGGER order_moved AFTER UPDATE ON consumption_order REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows();
CREATE TRIGGER order_end_is_final BEFORE UPDATE ON consumption_order FOR EACH ROW
    WHEN (OLD.ended_on IS NOT NULL AND (NEW.state, NEW.ended_on) IS DISTINCT FROM (OLD.state, OLD.ended_on)) EXECUTE FUNCTION refuse_revival();
CREATE TRIGGER order_rules_final BEFORE UPDATE OF rules ON consumption_order FOR EACH ROW WHEN (NEW.rules < OLD.rules) EXECUTE FUNCTION keep_rules();
CREATE TRIGGER order_papers_final BEFORE UPDATE OF notice_paper, decision_paper, service_paper ON consumption_order
    FOR EACH ROW EXECUTE FUNCTION keep_step_papers();
CREATE CONSTRAINT TRIGGER order_papers_fit
    AFTER INSERT OR UPDATE OF notice_paper, notice_receipt, application_paper, decision_paper, service_paper, resumption_paper, role_paper, keep_paper
    ON consumption_order
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NOT (paper_proves(NEW.id, NEW.notice_paper, 'execution-notice')
        AND paper_proves(NEW.id, NEW.notice_receipt, 'service') AND paper_proves(NEW.id, NEW.application_paper, 'application')
        AND paper_proves(NEW.id, NEW.decision_paper, 'decision') AND paper_proves(NEW.id, NEW.service_paper, 'service')
        AND paper_proves(NEW.id, NEW.resumption_paper, 'resumption') AND paper_proves(NEW.id, NEW.role_paper, 'role')
        AND paper_proves(NEW.id, NEW.keep_paper, 'keeping')))
    EXECUTE FUNCTION proved_paper();

-- Reports of breaches (art. 10), as somebody recorded them.
CREATE TABLE order_breach (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL REFERENCES consumption_order (id),
    breached_on date NOT NULL,
    report      bytea NOT NULL,
    recorded_by text NOT NULL CHECK (recorded_by <> ''),
    recorded_on date NOT NULL,
    CONSTRAINT order_breach_past CHECK (breached_on <= recorded_on)
);
COMMENT ON TABLE order_breach IS 'A report that an order was broken; a judge examines it.';
COMMENT ON COLUMN order_breach.report IS 'Sealed under the subject''s envelope: what happened.';
CREATE INDEX order_breach_of ON order_breach (order_id, id);
CREATE TRIGGER order_breach_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_breach FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Whom else the court told by notice to assist or by announcement (art. 6): lifting reaches all of that list (art. 9).
CREATE TABLE order_notice (
    id            uuid PRIMARY KEY,
    order_id      uuid NOT NULL REFERENCES consumption_order (id),
    form          text NOT NULL,
    recipient     text NOT NULL CHECK (recipient <> ''),
    asked_by      text NOT NULL,
    cost_advanced boolean NOT NULL,
    told_on       date NOT NULL,
    paper         uuid NOT NULL REFERENCES paper (id),
    recorded_by   text NOT NULL CHECK (recorded_by <> ''),
    lifted_on     date,
    lift_paper    uuid REFERENCES paper (id),
    lifted_by     text,
    CONSTRAINT order_notice_form CHECK (form IN ('assist-notice', 'announcement')),
    CONSTRAINT order_notice_asked CHECK (asked_by IN ('creditor', 'court')),
    CONSTRAINT order_notice_advanced CHECK (form <> 'announcement' OR asked_by <> 'creditor' OR cost_advanced),
    CONSTRAINT order_notice_lifted CHECK ((lifted_on IS NULL) = (lifted_by IS NULL) AND (lifted_on IS NULL OR lifted_on >= told_on))
);
COMMENT ON TABLE order_notice IS 'Who was told of an order by notice to assist or by announcement, and was told of its end in the same form.';
COMMENT ON COLUMN order_notice.recipient IS 'The organisation, or the medium of an announcement, by name.';
COMMENT ON COLUMN order_notice.cost_advanced IS 'The creditor who asked for an announcement advanced its cost (art. 7).';
COMMENT ON COLUMN order_notice.lift_paper IS 'What shows that they were told of the end; null where it was not waited for.';
CREATE INDEX order_notice_of ON order_notice (order_id, id);
CREATE TRIGGER order_notice_kept BEFORE DELETE OR TRUNCATE ON order_notice FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- +goose StatementBegin
CREATE FUNCTION keep_order_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'whom an order was told to is not rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER order_notice_final BEFORE UPDATE ON order_notice FOR EACH ROW
    WHEN ((NEW.id, NEW.order_id, NEW.form, NEW.recipient, NEW.asked_by, NEW.told_on, NEW.paper) IS DISTINCT FROM
        (OLD.id, OLD.order_id, OLD.form, OLD.recipient, OLD.asked_by, OLD.told_on, OLD.paper)
        OR (OLD.lifted_on IS NOT NULL AND NEW.lifted_on IS DISTINCT FROM OLD.lifted_on)) EXECUTE FUNCTION keep_order_notice();
