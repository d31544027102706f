-- +goose Up
-- Which constraints bind a case says its rule set: 0 is what the releases before this one enter, 1 what has its proofs.
-- So the previous release runs on this schema, and what it decided stands. Every constraint that asks for more than the
-- previous release gives asks it of rule set 1 alone.
ALTER TABLE listing ADD COLUMN rules smallint NOT NULL DEFAULT 0 CONSTRAINT listing_rules CHECK (rules IN (0, 1));
ALTER TABLE administrative_listing ADD COLUMN rules smallint NOT NULL DEFAULT 0 CONSTRAINT administrative_listing_rules CHECK (rules IN (0, 1));
ALTER TABLE reward ADD COLUMN rules smallint NOT NULL DEFAULT 0 CONSTRAINT reward_rules CHECK (rules IN (0, 1));
COMMENT ON COLUMN listing.rules IS '0: entered by a release before papers, or taken over from elsewhere; 1: every step is proved.';
COMMENT ON COLUMN administrative_listing.rules IS '0: entered by a release before papers; 1: every step is proved.';
COMMENT ON COLUMN reward.rules IS '0: entered by a release before papers; 1: every step is proved.';

-- The paper of each step that claims one; which must be there, a later migration says.
ALTER TABLE listing ADD COLUMN notice_paper uuid, ADD COLUMN application_paper uuid, ADD COLUMN decision_paper uuid, ADD COLUMN service_paper uuid;
ALTER TABLE listing_extension ADD COLUMN paper uuid;
ALTER TABLE administrative_listing ADD COLUMN notice_paper uuid, ADD COLUMN decision_paper uuid, ADD COLUMN service_paper uuid;
ALTER TABLE administrative_statement ADD COLUMN paper uuid, ADD COLUMN answer_paper uuid;
ALTER TABLE reward ADD COLUMN decision_paper uuid;
