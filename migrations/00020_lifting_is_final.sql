-- +goose Up
-- Nothing stands above a withdrawal, and what ended does not come back: neither by a slip of a program nor by hand.
-- By statement, not by row: a measure that is withdrawn from a million directives asks once.
-- +goose StatementBegin
CREATE FUNCTION refuse_above_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added n JOIN amendment w ON w.directive_id = n.directive_id AND w.kind = 'withdraw' AND w.version < n.version) THEN
        RAISE EXCEPTION 'a version above a withdrawal' USING ERRCODE = 'check_violation', CONSTRAINT = 'amendment_withdrawal_is_last', TABLE = 'amendment';
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION refuse_revival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what ended comes back' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER amendment_withdrawal_is_last AFTER INSERT ON amendment REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_above_withdrawal();
CREATE TRIGGER ground_end_is_final BEFORE UPDATE ON ground FOR EACH ROW
    WHEN (OLD.state = 'ended' AND (NEW.state, NEW.ended_on) IS DISTINCT FROM (OLD.state, OLD.ended_on)) EXECUTE FUNCTION refuse_revival();
CREATE TRIGGER listing_end_is_final BEFORE UPDATE ON listing FOR EACH ROW
    WHEN (OLD.ended_on IS NOT NULL AND (NEW.state, NEW.ended_on) IS DISTINCT FROM (OLD.state, OLD.ended_on)) EXECUTE FUNCTION refuse_revival();
CREATE TRIGGER administrative_end_is_final BEFORE UPDATE ON administrative_listing FOR EACH ROW
    WHEN (OLD.ended_on IS NOT NULL AND (NEW.state, NEW.ended_on) IS DISTINCT FROM (OLD.state, OLD.ended_on)) EXECUTE FUNCTION refuse_revival();
CREATE TRIGGER reward_end_is_final BEFORE UPDATE ON reward FOR EACH ROW
    WHEN (OLD.ended_on IS NOT NULL AND (NEW.state, NEW.ended_on) IS DISTINCT FROM (OLD.state, OLD.ended_on)) EXECUTE FUNCTION refuse_revival();
