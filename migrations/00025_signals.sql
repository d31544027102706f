-- +goose Up
-- No signal is only stored. Whoever suspended a case is known, and so is who gave it back: never one and the same, nor
-- who drafted it. Rows of the releases before name nobody, and pass.
ALTER TYPE exclusion_kind ADD VALUE 'performed';

ALTER TABLE listing
    ADD COLUMN suspended_by text,
    ADD COLUMN resumed_by   text,
    DROP CONSTRAINT listing_suspension,
    ADD CONSTRAINT listing_suspension CHECK ((suspended_for IS NULL) = (suspended_on IS NULL)
        AND suspended_for IN ('court-stay', 'wrong-person', 'minor', 'identity-doubtful', 'restored')),
    ADD CONSTRAINT listing_resumed_by_another CHECK (resumed_by <> drafted_by AND resumed_by <> suspended_by);
ALTER TABLE administrative_listing
    ADD COLUMN suspended_by text,
    ADD COLUMN resumed_by   text,
    DROP CONSTRAINT administrative_suspension,
    ADD CONSTRAINT administrative_suspension CHECK ((suspended_for IS NULL) = (suspended_on IS NULL)
        AND suspended_for IN ('court-stay', 'wrong-person', 'minor', 'identity-doubtful', 'restored')),
    ADD CONSTRAINT administrative_resumed_by_another CHECK (resumed_by <> drafted_by AND resumed_by <> suspended_by);
COMMENT ON COLUMN listing.suspended_for IS 'Suspended at every recipient: by a stay; while a claim of the wrong person, of a minor or a department''s doubt is examined; or because a restored record may have lost its end.';
COMMENT ON COLUMN listing.suspended_by IS 'Who suspended it last, or recorded what suspended it; null: a release before this one did, or nobody.';
COMMENT ON COLUMN listing.resumed_by IS 'Who gave it back after that suspension.';
COMMENT ON COLUMN listing.resumption_reasons IS 'Sealed: why it was given back.';
COMMENT ON COLUMN administrative_listing.suspended_for IS 'As of a listing.';
COMMENT ON COLUMN administrative_listing.suspended_by IS 'As of a listing.';
COMMENT ON COLUMN administrative_listing.resumed_by IS 'As of a listing.';
COMMENT ON COLUMN administrative_listing.resumption_reasons IS 'Sealed: why it was given back.';

ALTER TABLE listing ADD COLUMN drop_reasons bytea;
COMMENT ON COLUMN listing.drop_reasons IS 'Sealed: why grounds that a recorded fact bars were dropped.';
ALTER TABLE exclusion_fact
    ADD COLUMN recorded_by     text,
    ADD COLUMN closed_by       text,
    ADD COLUMN closing_reasons bytea,
    ADD CONSTRAINT exclusion_closed_by_another CHECK (closed_by <> recorded_by);
COMMENT ON COLUMN exclusion_fact.recorded_by IS 'Who recorded it; null: a release before this one.';
COMMENT ON COLUMN exclusion_fact.closing_reasons IS 'Sealed: why it no longer stands, or never stood.';
ALTER TABLE task
    ADD COLUMN closed_by       text,
    ADD COLUMN closing_reasons bytea;
COMMENT ON COLUMN task.closing_reasons IS 'Sealed under the subject of its ground: what whoever examined it found.';
