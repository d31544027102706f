-- +goose Up
-- What cases of every kind have in common stands with their ground too, so that whoever asks about all of them names
-- no kind's table. Until the kinds' own columns go, the rows are led there and the ground follows; the audit proves
-- that the two agree.
ALTER TABLE ground
    ADD COLUMN case_state    text,
    ADD COLUMN case_version  integer,
    ADD COLUMN suspended_for text,
    ADD COLUMN suspended_on  date,
    ADD COLUMN retain_until  date;
COMMENT ON COLUMN ground.case_state IS 'Where the case stands in the life of its kind; null where the ground has no life of its own here.';
COMMENT ON COLUMN ground.case_version IS 'How often the case was moved, from 1.';
COMMENT ON COLUMN ground.suspended_for IS 'Why the case is suspended, or in doubt after a restoration; null if it is not.';
COMMENT ON COLUMN ground.retain_until IS 'After this day the case is due for shredding (PIPL Art. 19, 47).';
COMMENT ON COLUMN ground.valid_until IS 'Last day of its term as decided, an extension included; null: until its reason ends.';

UPDATE ground g SET case_state = l.state::text, case_version = l.version, suspended_for = l.suspended_for, suspended_on = l.suspended_on, retain_until = l.retain_until
    FROM listing l WHERE l.id = g.id;
UPDATE ground g SET case_state = l.state::text, case_version = l.version, suspended_for = l.suspended_for, suspended_on = l.suspended_on, retain_until = l.retain_until
    FROM administrative_listing l WHERE l.id = g.id;
UPDATE ground g SET case_state = l.state::text, case_version = l.version, retain_until = l.retain_until FROM reward l WHERE l.id = g.id;

-- By statement, not by row: a thousand listings published together are one update of their grounds. What a program
-- wrote there itself, in the same form, is not written again.
-- +goose StatementBegin
CREATE FUNCTION ground_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ground g SET case_state = m.state::text, case_version = m.version, suspended_for = m.suspended_for, suspended_on = m.suspended_on, retain_until = m.retain_until
        FROM moved m WHERE g.id = m.id AND (g.case_state, g.case_version) IS DISTINCT FROM (m.state::text, m.version);
    RETURN NULL;
END
$$;
CREATE FUNCTION ground_follows_reward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ground g SET case_state = m.state::text, case_version = m.version, retain_until = m.retain_until
        FROM moved m WHERE g.id = m.id AND (g.case_state, g.case_version) IS DISTINCT FROM (m.state::text, m.version);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER listing_entered AFTER INSERT ON listing REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows();
CREATE TRIGGER listing_moved AFTER UPDATE ON listing REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows();
CREATE TRIGGER administrative_entered AFTER INSERT ON administrative_listing REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows();
CREATE TRIGGER administrative_moved AFTER UPDATE ON administrative_listing REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows();
CREATE TRIGGER reward_entered AFTER INSERT ON reward REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows_reward();
CREATE TRIGGER reward_moved AFTER UPDATE ON reward REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows_reward();
