-- +goose Up
-- No act that claims a paper without one: a step of a case of rule set 1 names its paper, which is of this very case and
-- was brought for that purpose, and is not exchanged once the step is taken. Rule set 0 may name none, never a wrong one.
ALTER TABLE reward_review ADD COLUMN notice_paper uuid REFERENCES paper (id), ADD COLUMN decision_paper uuid REFERENCES paper (id);
COMMENT ON COLUMN reward_review.notice_paper IS 'The notice; null where a release before papers recorded it.';
COMMENT ON COLUMN reward_review.decision_paper IS 'What was decided; null of a release before papers, of what was kept, or closed without effect.';
ALTER TABLE reward ADD COLUMN end_paper uuid REFERENCES paper (id);
COMMENT ON COLUMN reward.end_paper IS 'The decision of its owner that ended it.';
ALTER TABLE listing ADD COLUMN resumption_paper uuid REFERENCES paper (id);
COMMENT ON COLUMN listing.resumption_paper IS 'What it was given back or confirmed on, last: the check of the identity, or the decision.';
ALTER TABLE administrative_listing ADD COLUMN resumption_paper uuid REFERENCES paper (id);
COMMENT ON COLUMN administrative_listing.resumption_paper IS 'What it was given back or confirmed on, last: the check of the identity, or the decision.';
ALTER TABLE exclusion_fact ADD COLUMN closing_paper uuid REFERENCES paper (id);
COMMENT ON COLUMN exclusion_fact.closing_paper IS 'What shows that it no longer stands, or never stood.';

ALTER TABLE listing
    ADD CONSTRAINT listing_notice_paper_fk FOREIGN KEY (notice_paper) REFERENCES paper (id),
    ADD CONSTRAINT listing_application_paper_fk FOREIGN KEY (application_paper) REFERENCES paper (id),
    ADD CONSTRAINT listing_decision_paper_fk FOREIGN KEY (decision_paper) REFERENCES paper (id),
    ADD CONSTRAINT listing_service_paper_fk FOREIGN KEY (service_paper) REFERENCES paper (id),
    ADD CONSTRAINT listing_notice_proved CHECK (rules = 0 OR notice_served_on IS NULL OR notice_paper IS NOT NULL),
    ADD CONSTRAINT listing_application_proved CHECK (rules = 0 OR applied_on IS NULL OR application_paper IS NOT NULL),
    ADD CONSTRAINT listing_decision_proved CHECK (rules = 0 OR decided_on IS NULL OR decision_paper IS NOT NULL),
    ADD CONSTRAINT listing_service_proved CHECK (rules = 0 OR served_on IS NULL OR service_paper IS NOT NULL),
    ADD CONSTRAINT listing_resumption_proved CHECK (rules = 0 OR resumption_reasons IS NULL OR resumption_paper IS NOT NULL),
    ADD CONSTRAINT listing_in_force_proved CHECK (rules = 0 OR published_on IS NULL
        OR notice_paper IS NOT NULL AND decision_paper IS NOT NULL AND service_paper IS NOT NULL);
ALTER TABLE listing_extension ADD CONSTRAINT listing_extension_paper_fk FOREIGN KEY (paper) REFERENCES paper (id);
ALTER TABLE administrative_listing
    ADD CONSTRAINT administrative_notice_paper_fk FOREIGN KEY (notice_paper) REFERENCES paper (id),
    ADD CONSTRAINT administrative_decision_paper_fk FOREIGN KEY (decision_paper) REFERENCES paper (id),
    ADD CONSTRAINT administrative_service_paper_fk FOREIGN KEY (service_paper) REFERENCES paper (id),
    ADD CONSTRAINT administrative_notice_proved CHECK (rules = 0 OR notice_served_on IS NULL OR notice_paper IS NOT NULL),
    ADD CONSTRAINT administrative_decision_proved CHECK (rules = 0 OR decided_on IS NULL OR decision_paper IS NOT NULL),
    ADD CONSTRAINT administrative_service_proved CHECK (rules = 0 OR served_on IS NULL OR service_paper IS NOT NULL),
    ADD CONSTRAINT administrative_resumption_proved CHECK (rules = 0 OR resumption_reasons IS NULL OR resumption_paper IS NOT NULL),
    ADD CONSTRAINT administrative_in_force_proved CHECK (rules = 0 OR published_on IS NULL
        OR notice_paper IS NOT NULL AND decision_paper IS NOT NULL AND service_paper IS NOT NULL);
ALTER TABLE administrative_statement
    ADD CONSTRAINT administrative_statement_paper_fk FOREIGN KEY (paper) REFERENCES paper (id),
    ADD CONSTRAINT administrative_statement_answer_fk FOREIGN KEY (answer_paper) REFERENCES paper (id);
ALTER TABLE reward
    ADD CONSTRAINT reward_decision_paper_fk FOREIGN KEY (decision_paper) REFERENCES paper (id),
    ADD CONSTRAINT reward_decision_proved CHECK (rules = 0 OR decision_paper IS NOT NULL),
    ADD CONSTRAINT reward_proved_end CHECK (rules = 0 OR end_kind IS NULL
        OR end_kind NOT IN ('ended-by-owner', 'ended-after-review') OR end_paper IS NOT NULL);

-- +goose StatementBegin
CREATE FUNCTION paper_proves(serving uuid, paper uuid, proving text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT paper IS NULL OR EXISTS (SELECT FROM paper_use u WHERE u.serves = serving AND u.paper_id = paper AND u.purpose = proving)
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION paper_proves IS 'Whether a paper is of a case and was brought for a purpose; no paper proves nothing and is not refused here.';

-- +goose StatementBegin
CREATE FUNCTION proved_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a paper that % names is not of this case, or was not brought for it', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER listing_papers_fit
    AFTER INSERT OR UPDATE OF notice_paper, application_paper, decision_paper, service_paper, resumption_paper ON listing DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NOT (paper_proves(NEW.id, NEW.notice_paper, 'execution-notice')
        AND paper_proves(NEW.id, NEW.application_paper, 'application') AND paper_proves(NEW.id, NEW.decision_paper, 'decision')
        AND paper_proves(NEW.id, NEW.service_paper, 'service') AND paper_proves(NEW.id, NEW.resumption_paper, 'resumption')))
    EXECUTE FUNCTION proved_paper();
CREATE CONSTRAINT TRIGGER administrative_papers_fit
    AFTER INSERT OR UPDATE OF notice_paper, decision_paper, service_paper, resumption_paper ON administrative_listing DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NOT (paper_proves(NEW.id, NEW.notice_paper, 'administrative-notice')
        AND paper_proves(NEW.id, NEW.decision_paper, 'decision') AND paper_proves(NEW.id, NEW.service_paper, 'service')
        AND paper_proves(NEW.id, NEW.resumption_paper, 'resumption'))) EXECUTE FUNCTION proved_paper();
CREATE CONSTRAINT TRIGGER reward_papers_fit AFTER INSERT OR UPDATE OF decision_paper, end_paper ON reward
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NOT (paper_proves(NEW.id, NEW.decision_paper, 'decision')
        AND paper_proves(NEW.id, NEW.end_paper, 'end'))) EXECUTE FUNCTION proved_paper();

-- What stands beside a case asks the rule set of the case.
-- +goose StatementBegin
CREATE FUNCTION proved_beside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    proved boolean;
BEGIN
    CASE TG_TABLE_NAME
    WHEN 'listing_extension' THEN
        SELECT (NEW.paper IS NOT NULL OR rules = 0) AND paper_proves(id, NEW.paper, 'extension') INTO proved FROM listing WHERE id = NEW.listing_id;
    WHEN 'exclusion_fact' THEN
        SELECT (NEW.closing_paper IS NOT NULL OR NEW.closed_on IS NULL OR rules = 0) AND paper_proves(id, NEW.closing_paper, 'bar-closed')
            INTO proved FROM listing WHERE id = NEW.listing_id;
    WHEN 'administrative_statement' THEN
        SELECT (NEW.answer_paper IS NOT NULL OR NEW.answered_on IS NULL OR NEW.upheld OR rules = 0)
            AND paper_proves(id, NEW.paper, 'statement') AND paper_proves(id, NEW.answer_paper, 'answer')
            INTO proved FROM administrative_listing WHERE id = NEW.listing_id;
    WHEN 'reward_review' THEN
        SELECT (NEW.notice_paper IS NOT NULL OR NEW.noticed_on IS NULL OR rules = 0)
            AND (NEW.decision_paper IS NOT NULL OR NEW.outcome IS DISTINCT FROM 'ended' OR rules = 0)
            AND paper_proves(id, NEW.notice_paper, 'reward-notice') INTO proved FROM reward WHERE id = NEW.reward_id;
    END CASE;
    IF proved IS NOT TRUE THEN
        RAISE EXCEPTION '% names no paper of its case', TG_TABLE_NAME USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER listing_extension_proved AFTER INSERT OR UPDATE OF paper ON listing_extension FOR EACH ROW EXECUTE FUNCTION proved_beside();
CREATE TRIGGER exclusion_closing_proved AFTER INSERT OR UPDATE OF closed_on, closing_paper ON exclusion_fact
    FOR EACH ROW EXECUTE FUNCTION proved_beside();
CREATE TRIGGER administrative_statement_proved AFTER INSERT OR UPDATE OF answered_on, paper, answer_paper ON administrative_statement
    FOR EACH ROW EXECUTE FUNCTION proved_beside();
CREATE TRIGGER reward_review_proved AFTER INSERT OR UPDATE OF noticed_on, outcome, notice_paper, decision_paper ON reward_review
    FOR EACH ROW EXECUTE FUNCTION proved_beside();

-- The text that was signed is the text that was proposed: the paper of a step that was taken is not exchanged.
-- +goose StatementBegin
CREATE FUNCTION keep_step_papers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.notice_paper IS NOT NULL AND NEW.notice_paper IS DISTINCT FROM OLD.notice_paper)
        OR (OLD.decided_on IS NOT NULL AND OLD.decision_paper IS NOT NULL AND NEW.decision_paper IS DISTINCT FROM OLD.decision_paper)
        OR (OLD.service_paper IS NOT NULL AND NEW.service_paper IS DISTINCT FROM OLD.service_paper) THEN
        RAISE EXCEPTION 'the paper of a step that was taken is not exchanged'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER listing_papers_final BEFORE UPDATE OF notice_paper, decision_paper, service_paper ON listing
    FOR EACH ROW EXECUTE FUNCTION keep_step_papers();
CREATE TRIGGER administrative_papers_final BEFORE UPDATE OF notice_paper, decision_paper, service_paper ON administrative_listing
    FOR EACH ROW EXECUTE FUNCTION keep_step_papers();

-- A paper that an act did not wait for is owed until it is in the file, however it came there: with an act, by an upload,
-- in an archive, or linked.
-- +goose StatementBegin
CREATE FUNCTION paper_came() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    came date := (NEW.used_at AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    UPDATE task SET closed_on = came, closed_because = 'brought' WHERE ground_id = NEW.ground_id AND kind = 'paper-due-' || NEW.purpose AND closed_on IS NULL;
    UPDATE clock SET done_on = came WHERE ground_id = NEW.ground_id AND kind = 'paper-due-' || NEW.purpose AND done_on IS NULL;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER paper_use_came AFTER INSERT ON paper_use FOR EACH ROW WHEN (NEW.ground_id IS NOT NULL) EXECUTE FUNCTION paper_came();

-- What somebody asked the papers of, and nobody brought, is suspended.
ALTER TABLE listing DROP CONSTRAINT listing_suspension,
    ADD CONSTRAINT listing_suspension CHECK ((suspended_for IS NULL) = (suspended_on IS NULL)
        AND suspended_for IN ('court-stay', 'wrong-person', 'minor', 'identity-doubtful', 'papers-due', 'restored'));
ALTER TABLE administrative_listing DROP CONSTRAINT administrative_suspension,
    ADD CONSTRAINT administrative_suspension CHECK ((suspended_for IS NULL) = (suspended_on IS NULL)
        AND suspended_for IN ('court-stay', 'wrong-person', 'minor', 'identity-doubtful', 'papers-due', 'restored'));

-- Nobody's rule set is lowered.
-- +goose StatementBegin
CREATE FUNCTION keep_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the rules of a case stay what they were when it was entered'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER listing_rules_final BEFORE UPDATE OF rules ON listing FOR EACH ROW WHEN (NEW.rules < OLD.rules) EXECUTE FUNCTION keep_rules();
CREATE TRIGGER administrative_rules_final BEFORE UPDATE OF rules ON administrative_listing
    FOR EACH ROW WHEN (NEW.rules < OLD.rules) EXECUTE FUNCTION keep_rules();
CREATE TRIGGER reward_rules_final BEFORE UPDATE OF rules ON reward FOR EACH ROW WHEN (NEW.rules < OLD.rules) EXECUTE FUNCTION keep_rules();
