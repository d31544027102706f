-- +goose Up
-- The days of a case stand in order, and a time counts from the later of the day that is claimed and the day on which
-- it was recorded here, unless a paper of service proves the earlier one. Asked of rule set 1 alone: what the previous
-- release enters is of rule set 0.
ALTER TABLE execution_case ADD CONSTRAINT execution_case_filed UNIQUE (id, filed_on);

-- Cases form a chain: a round that was resumed, a transfer, a higher court's order, an entrusting, an application anew.
CREATE TABLE case_link (
    id           uuid PRIMARY KEY,
    earlier_id   uuid NOT NULL REFERENCES execution_case (id),
    later_id     uuid NOT NULL REFERENCES execution_case (id),
    kind         text NOT NULL,
    told_on      date,
    paper        uuid,
    entered_by   text NOT NULL CHECK (entered_by <> ''),
    entered_on   date NOT NULL,
    confirmed_by text,
    confirmed_on date,
    CONSTRAINT case_link_two_cases CHECK (earlier_id <> later_id),
    CONSTRAINT case_link_kind CHECK (kind IN ('resumed', 'transferred', 'ordered', 'entrusted', 'reapplied')),
    CONSTRAINT case_link_told CHECK (told_on <= entered_on),
    CONSTRAINT case_link_second_person CHECK (confirmed_by <> entered_by),
    CONSTRAINT case_link_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL) AND confirmed_on >= entered_on)
);
COMMENT ON TABLE case_link IS 'One execution case goes on as another; it counts when a second person of the later case''s court has confirmed it.';
COMMENT ON COLUMN case_link.told_on IS 'Day on which the parties were told in writing that it goes on; null: they were not, and the earlier case''s notice does not count.';
COMMENT ON COLUMN case_link.paper IS 'The ruling, order or letter by which it goes on.';
CREATE INDEX case_link_later ON case_link (later_id);
CREATE INDEX case_link_earlier ON case_link (earlier_id);
CREATE TRIGGER case_link_kept BEFORE DELETE OR TRUNCATE ON case_link FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

ALTER TABLE listing ADD COLUMN notice_receipt uuid REFERENCES paper (id), ADD COLUMN notice_case uuid, ADD COLUMN notice_filed_on date, ADD COLUMN notice_link uuid REFERENCES case_link (id),
    ADD COLUMN notice_recorded_on date, ADD COLUMN perform_until date, ADD COLUMN early_reasons bytea,
    ADD COLUMN service_posted_on date, ADD COLUMN service_recorded_on date,
    ADD CONSTRAINT listing_notice_of_case FOREIGN KEY (notice_case, notice_filed_on) REFERENCES execution_case (id, filed_on),
    -- A check that comes out as null passes: each below says what null means.
    ADD CONSTRAINT listing_when_noticed CHECK (rules = 0 OR notice_served_on IS NULL OR (notice_case IS NOT NULL AND notice_filed_on IS NOT NULL
        AND notice_recorded_on IS NOT NULL AND notice_filed_on <= notice_served_on AND notice_served_on <= notice_recorded_on
        AND (notice_case = case_id OR notice_link IS NOT NULL))),
    ADD CONSTRAINT listing_when_performing CHECK (rules = 0 OR notice_served_on IS NULL OR (perform_until IS NOT NULL
        AND perform_until > CASE WHEN notice_receipt IS NULL THEN notice_recorded_on ELSE notice_served_on END)),
    ADD CONSTRAINT listing_when_applied CHECK (rules = 0 OR applied_on >= notice_served_on),
    ADD CONSTRAINT listing_when_decided CHECK (rules = 0 OR decided_on IS NULL OR (decided_on >= greatest(notice_served_on, applied_on)
        AND (perform_until < decided_on OR (early_reasons IS NOT NULL AND NOT 1 = ANY (conducts))))),
    ADD CONSTRAINT listing_when_served CHECK (rules = 0 OR served_on IS NULL OR (decided_on IS NOT NULL AND served_on >= decided_on
        AND service_recorded_on IS NOT NULL AND (service_manner <> 'announcement' OR (service_posted_on IS NOT NULL AND served_on > service_posted_on)))),
    ADD CONSTRAINT listing_when_graced CHECK (rules = 0 OR grace_until IS NULL
        OR grace_until > CASE WHEN service_paper IS NULL THEN greatest(served_on, service_recorded_on) ELSE served_on END);
COMMENT ON COLUMN listing.notice_case IS 'The execution case whose notice it was: this one, or an earlier one of its chain.';
COMMENT ON COLUMN listing.notice_filed_on IS 'When that case was filed; no notice comes before.';
COMMENT ON COLUMN listing.notice_link IS 'The link by which an earlier case''s notice counts for this one.';
COMMENT ON COLUMN listing.notice_recorded_on IS 'Day on which the notice was recorded here; the period for performance counts from it unless a paper proves the earlier day.';
COMMENT ON COLUMN listing.perform_until IS 'Last day of the period for performance that the notice states.';
COMMENT ON COLUMN listing.early_reasons IS 'Sealed: why it was decided before that day; never on ground 1.';
COMMENT ON COLUMN listing.service_posted_on IS 'Day of the last posting or printing of an announcement; service takes effect thirty days after it.';
COMMENT ON COLUMN listing.service_recorded_on IS 'Day on which service was recorded here; a period of grace counts from it unless a paper proves the earlier day.';

CREATE CONSTRAINT TRIGGER listing_receipt_fits AFTER INSERT OR UPDATE OF notice_receipt ON listing
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NOT paper_proves(NEW.id, NEW.notice_receipt, 'service')) EXECUTE FUNCTION proved_paper();
COMMENT ON COLUMN listing.notice_receipt IS 'What proves the day on which the notice was served; null: the period for performance counts from the day it was recorded.';

ALTER TABLE administrative_listing ADD COLUMN notice_receipt uuid REFERENCES paper (id), ADD COLUMN notice_posted_on date, ADD COLUMN notice_recorded_on date, ADD COLUMN service_posted_on date,
    ADD CONSTRAINT administrative_when_noticed CHECK (rules = 0 OR notice_served_on IS NULL OR (notice_recorded_on IS NOT NULL
        AND (notice_manner <> 'announcement' OR (notice_posted_on IS NOT NULL AND notice_served_on > notice_posted_on))
        AND window_until > CASE WHEN notice_receipt IS NULL THEN greatest(notice_served_on, notice_recorded_on) ELSE notice_served_on END)),
    ADD CONSTRAINT administrative_when_served CHECK (rules = 0 OR served_on IS NULL OR (decided_on IS NOT NULL AND served_on >= decided_on
        AND (service_manner <> 'announcement' OR (service_posted_on IS NOT NULL AND served_on > service_posted_on))));
CREATE CONSTRAINT TRIGGER administrative_receipt_fits AFTER INSERT OR UPDATE OF notice_receipt ON administrative_listing
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NOT paper_proves(NEW.id, NEW.notice_receipt, 'service')) EXECUTE FUNCTION proved_paper();
COMMENT ON COLUMN administrative_listing.notice_receipt IS 'What proves the day on which the notice was served; null: the time to state and defend counts from the day it was recorded.';
COMMENT ON COLUMN administrative_listing.notice_posted_on IS 'Day of the last posting or printing of a notice by announcement, which takes effect thirty days after it.';
COMMENT ON COLUMN administrative_listing.notice_recorded_on IS 'Day on which the notice was recorded here; the time to state and defend counts from it unless a paper proves the earlier day.';
COMMENT ON COLUMN administrative_listing.service_posted_on IS 'Day of the last posting or printing of service by announcement.';

ALTER TABLE reward ADD CONSTRAINT reward_when_granted CHECK (rules = 0 OR granted_on >= decided_on);
ALTER TABLE reward_review ADD COLUMN notice_recorded_on date,
    ADD CONSTRAINT reward_review_when_noticed CHECK (answer_until > notice_recorded_on);
COMMENT ON COLUMN reward_review.notice_recorded_on IS 'Day on which the notice was recorded here: the time to answer counts from it. Null: a release before did not keep it.';
