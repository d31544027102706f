-- +goose Up
CREATE TYPE reward_state AS ENUM ('draft', 'in-force', 'under-review', 'ended');

CREATE TABLE reward (
    id           uuid PRIMARY KEY REFERENCES ground (id),
    list_type    text NOT NULL,
    owner_id     integer NOT NULL REFERENCES organisation (id),
    subject_id   uuid NOT NULL REFERENCES subject (id),
    state        reward_state NOT NULL,
    version      integer NOT NULL DEFAULT 1,
    reference    text NOT NULL,
    decided_on   date NOT NULL,
    year  smallint,
    valid_from   date NOT NULL,
    valid_until  date,
    note         bytea,
    entered_by   text NOT NULL,
    granted_on   date,
    ended_on     date,
    end_kind     text,
    end_reasons  bytea,
    end_basis    text,
    restores     uuid REFERENCES reward (id),
    retain_until date,
    -- A check that comes out as null passes: each below says what null means.
    CONSTRAINT reward_reference CHECK (reference <> '' AND length(reference) <= 200),
    CONSTRAINT reward_year CHECK (year IS NULL OR year BETWEEN 2000 AND 2200),
    CONSTRAINT reward_term CHECK (valid_until IS NULL OR valid_until >= valid_from),
    CONSTRAINT reward_granted CHECK (CASE state WHEN 'draft' THEN granted_on IS NULL WHEN 'ended' THEN true ELSE granted_on IS NOT NULL END),
    CONSTRAINT reward_granted_not_before CHECK (granted_on IS NULL OR granted_on >= valid_from),
    CONSTRAINT reward_end CHECK ((state = 'ended') = (ended_on IS NOT NULL) AND (ended_on IS NULL) = (end_kind IS NULL) AND (ended_on IS NULL) = (retain_until IS NULL)),
    CONSTRAINT reward_end_kind CHECK (end_kind IS NULL OR end_kind IN ('expired', 'ended-by-owner', 'ended-after-review', 'ended-automatically')),
    CONSTRAINT reward_end_reasons CHECK (end_kind IS NULL OR end_kind IN ('expired', 'ended-automatically') OR end_reasons IS NOT NULL),
    CONSTRAINT reward_end_basis CHECK (end_kind IS NULL OR end_kind IN ('expired', 'ended-by-owner') OR coalesce(end_basis, '') <> ''),
    CONSTRAINT reward_end_of_term CHECK (end_kind IS DISTINCT FROM 'expired' OR (valid_until IS NOT NULL AND ended_on > valid_until)),
    CONSTRAINT reward_restored_once UNIQUE (restores)
);
COMMENT ON TABLE reward IS 'An entry on a list that rewards, by the list''s owner. It needs no service, and its end is the end of a grant and nothing else.';
COMMENT ON COLUMN reward.list_type IS 'Slug of a list type of kind reward.';
COMMENT ON COLUMN reward.reference IS 'Number of the evaluation or of the decision.';
COMMENT ON COLUMN reward.year IS 'The year for which the reward holds, where the list is made by years.';
COMMENT ON COLUMN reward.valid_from IS 'The first day; before it the reward is a draft and nobody is told.';
COMMENT ON COLUMN reward.valid_until IS 'The last day; null where the list type has no term.';
COMMENT ON COLUMN reward.note IS 'Sealed: what the owner adds.';
COMMENT ON COLUMN reward.granted_on IS 'The day on which it came into force and its directives were made.';
COMMENT ON COLUMN reward.end_reasons IS 'Sealed: why the owner ended it.';
COMMENT ON COLUMN reward.end_basis IS 'The rule cited for the end, never anything about the subject.';
COMMENT ON COLUMN reward.restores IS 'The reward that a listing had ended which was revoked; a withdrawal is final, so this one has directives of its own.';
COMMENT ON COLUMN reward.retain_until IS 'After this day the record is due for shredding (PIPL Art. 19, 47).';
CREATE UNIQUE INDEX reward_one_live ON reward (subject_id, list_type, owner_id, coalesce(year, 0)) WHERE state <> 'ended';
CREATE INDEX reward_by_subject ON reward (subject_id);
CREATE INDEX reward_by_owner ON reward (owner_id, id);
CREATE INDEX reward_to_expire ON reward (valid_until) WHERE state <> 'ended' AND valid_until IS NOT NULL;
CREATE INDEX reward_to_grant ON reward (valid_from) WHERE state = 'draft';
CREATE TRIGGER reward_kept BEFORE DELETE OR TRUNCATE ON reward FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE reward_review (
    id           uuid PRIMARY KEY,
    reward_id    uuid NOT NULL REFERENCES reward (id),
    listing_id   uuid NOT NULL REFERENCES ground (id),
    opened_on    date NOT NULL,
    noticed_on   date,
    answer_until date,
    answer       bytea,
    answered_on  date,
    outcome      text,
    decided_on   date,
    decided_by   text,
    reasons      bytea,
    basis        text,
    CONSTRAINT reward_review_key UNIQUE (reward_id, listing_id),
    CONSTRAINT reward_review_notice CHECK ((noticed_on IS NULL) = (answer_until IS NULL) AND (noticed_on IS NULL OR (noticed_on >= opened_on AND answer_until > noticed_on))),
    CONSTRAINT reward_review_answer CHECK ((answer IS NULL) = (answered_on IS NULL) AND (answered_on IS NULL OR (noticed_on IS NOT NULL AND answered_on >= noticed_on))),
    CONSTRAINT reward_review_outcome CHECK (outcome IS NULL OR outcome IN ('kept', 'ended', 'ended-automatically', 'without-effect')),
    CONSTRAINT reward_review_decided CHECK ((outcome IS NULL) = (decided_on IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)),
    CONSTRAINT reward_review_heard CHECK (outcome IS DISTINCT FROM 'ended' OR (noticed_on IS NOT NULL AND (answered_on IS NOT NULL OR answer_until < decided_on))),
    CONSTRAINT reward_review_reasons CHECK (outcome IS NULL OR outcome NOT IN ('kept', 'ended') OR reasons IS NOT NULL),
    CONSTRAINT reward_review_basis CHECK (outcome IS NULL OR outcome NOT IN ('ended', 'ended-automatically') OR coalesce(basis, '') <> '')
);
COMMENT ON TABLE reward_review IS 'What a publication on a list of serious dishonesty asks of a reward''s owner: keep it or end it, after the subject could answer. The reward goes on until then.';
COMMENT ON COLUMN reward_review.listing_id IS 'The ground on that list; if it is revoked, what ended because of it is restored.';
COMMENT ON COLUMN reward_review.noticed_on IS 'The day on which the owner gave the subject notice.';
COMMENT ON COLUMN reward_review.answer_until IS 'The last day for the subject''s answer.';
COMMENT ON COLUMN reward_review.answer IS 'Sealed: what the subject answered.';
COMMENT ON COLUMN reward_review.outcome IS 'ended-automatically: the list type''s own rule ended the reward, and is cited; without-effect: the listing was revoked first, or the reward ended otherwise.';
COMMENT ON COLUMN reward_review.reasons IS 'Sealed: why the owner kept or ended the reward.';
COMMENT ON COLUMN reward_review.basis IS 'The rule cited, never anything about the subject.';
CREATE INDEX reward_review_by_listing ON reward_review (listing_id);
CREATE INDEX reward_review_open ON reward_review (reward_id) WHERE outcome IS NULL;
CREATE TRIGGER reward_review_kept BEFORE DELETE OR TRUNCATE ON reward_review FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

COMMENT ON COLUMN amendment.burdens IS 'What a hold stops: its set grows, or, of a reward, something granted is taken away.';
