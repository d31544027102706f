-- +goose Up
-- What was decided before a restoration may have ended in the time that was lost: until its owner confirms it, it is shown
-- to nobody and sends nothing that burdens. The mark is the restoration itself: its epoch is greater than the one that a
-- ground or a token was last confirmed under, so that restoring writes no row of them, however many there are.
-- +goose StatementBegin
CREATE FUNCTION record_epoch() RETURNS smallint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(max(epoch), 0) FROM restoration);
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION record_epoch IS 'How often the record was restored.';

ALTER TABLE ground ADD COLUMN confirmed smallint NOT NULL DEFAULT record_epoch();
COMMENT ON COLUMN ground.confirmed IS 'The epoch in which it was decided, or confirmed by its owner, last; below record_epoch() it is unconfirmed.';
-- Where a restoration waits to be reconciled while the schema changes, what it brought back is unconfirmed too.
UPDATE ground SET confirmed = s.epoch - 1
    FROM (SELECT min(r.epoch) AS epoch FROM restoration r JOIN hold h ON h.id = r.hold_id WHERE h.ended_at IS NULL) s WHERE s.epoch IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION unconfirmed(g ground) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT g.kind <> 'reward' AND g.state <> 'ended' AND g.decided_on IS NOT NULL AND g.confirmed < record_epoch()
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION unconfirmed IS 'Whether a ground burdens, was decided before the last restoration and is not confirmed since: it may have ended in the lost time.';
CREATE INDEX ground_confirmed ON ground (confirmed, organisation_id) WHERE kind <> 'reward' AND state <> 'ended' AND decided_on IS NOT NULL;

-- What is decided after a restoration needs no other confirmation, whatever release decides.
-- +goose StatementBegin
CREATE FUNCTION ground_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.confirmed := record_epoch();
    RETURN NEW;
END
$$;
CREATE FUNCTION refuse_unconfirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ground g WHERE unconfirmed(g)) THEN
        RAISE EXCEPTION 'what was restored is not confirmed' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;

-- Every place that asks what a hold stops asks here, and so do those of the release before.
CREATE OR REPLACE FUNCTION directive_held(organisation integer, ground uuid, plan integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM hold h WHERE h.ended_at IS NULL AND CASE h.scope
        WHEN 'everything' THEN true
        WHEN 'organisation' THEN h.organisation_id = organisation
        WHEN 'court' THEN h.organisation_id = (SELECT g.organisation_id FROM ground g WHERE g.id = ground)
        ELSE EXISTS (
            WITH RECURSIVE chain (id) AS (SELECT plan UNION ALL SELECT s.to_plan FROM chain c JOIN plan_switch s ON s.from_plan = c.id)
            SELECT FROM chain c JOIN plan_line l ON l.plan_id = c.id JOIN measure m ON m.id = ANY (l.measures)
            WHERE l.organisation_id = organisation AND m.memorandum = h.memorandum)
    END) OR EXISTS (SELECT FROM ground g WHERE g.id = ground AND unconfirmed(g))
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION directive_held IS 'Whether what burdens under a directive of this organisation, ground and plan stays: a hold stops it, or its ground is unconfirmed.';
CREATE TRIGGER ground_decided BEFORE UPDATE OF decided_on ON ground FOR EACH ROW
    WHEN (OLD.decided_on IS DISTINCT FROM NEW.decided_on) EXECUTE FUNCTION ground_decided();
-- While anything is unconfirmed the hold of a restoration stands, so that the release before, which asks for what is held
-- only while a hold stands, asks enough.
CREATE TRIGGER hold_confirmed BEFORE UPDATE OF ended_at ON hold FOR EACH ROW
    WHEN (OLD.cause = 'restore' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_unconfirmed();

-- A token may have been revoked in the lost time: it sleeps until an operator wakes it.
ALTER TABLE token ADD COLUMN awake smallint NOT NULL DEFAULT record_epoch();
COMMENT ON COLUMN token.awake IS 'The epoch in which it was issued or woken; below record_epoch() it sleeps and is refused.';
-- The last changes (enforcement/record/change.go has the same list).
DROP INDEX event_change;
CREATE INDEX event_change ON event (seq) WHERE kind IN
    ('token-issued', 'token-revoked', 'token-woken', 'organisation-entered', 'endpoint-put', 'endpoint-restored', 'endpoint-paused', 'endpoint-removed',
    'keys-changed', 'queues-changed');
