-- +goose Up
-- A deadline tells its owner before it ends and others after it has. Rows of the previous release have fires_on
-- '-infinity', and the next tick plans them; it starts and stops clocks as before.
ALTER TABLE clock
    ADD COLUMN event      text,
    ADD COLUMN owner_role text,
    ADD COLUMN whose      text NOT NULL DEFAULT 'authority' CONSTRAINT clock_whose CHECK (whose IN ('authority', 'subject')),
    ADD COLUMN fired      smallint NOT NULL DEFAULT 0 CONSTRAINT clock_fired CHECK (fired BETWEEN 0 AND 6),
    ADD COLUMN fires_on   date DEFAULT '-infinity',
    ADD COLUMN counted_by bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN clock.event IS 'The kind of the event, or of the occasion, from whose day it counts; null: a release before this column.';
COMMENT ON COLUMN clock.owner_role IS 'Whose task it is, in the organisation; null: a release before this column.';
COMMENT ON COLUMN clock.whose IS 'Whose time it is: the subject''s is never counted again to its disadvantage, and its end is nobody''s delay.';
COMMENT ON COLUMN clock.fired IS 'The last step that fired: 1 half, 2 near, 3 passed, 4 deputy, 5 head, 6 above.';
COMMENT ON COLUMN clock.fires_on IS 'When the next step fires; null: none will; -infinity: not planned yet.';
COMMENT ON COLUMN clock.counted_by IS 'By which state of the calendar due_on was counted; 0: not known.';
CREATE INDEX clock_fires ON clock (fires_on) WHERE done_on IS NULL AND fires_on IS NOT NULL;
CREATE INDEX clock_provisional ON clock (counted_by) WHERE done_on IS NULL AND provisional;

-- What fired stays fired, and the day that it fired for stays the day.
-- +goose StatementBegin
CREATE FUNCTION keep_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.fired < OLD.fired OR (NEW.due_on <> OLD.due_on AND OLD.fired >= 3) OR (NEW.due_on < OLD.due_on AND OLD.whose = 'subject') THEN
        RAISE EXCEPTION 'a deadline that fired is not moved, nor a subject''s shortened'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER clock_final BEFORE UPDATE OF fired, due_on ON clock FOR EACH ROW EXECUTE FUNCTION keep_clock();

CREATE TABLE clock_firing (
    clock_id        bigint NOT NULL REFERENCES clock (id),
    step            smallint NOT NULL CONSTRAINT clock_firing_step CHECK (step BETWEEN 1 AND 6),
    organisation_id integer REFERENCES organisation (id),
    due_on          date NOT NULL,
    planned_on      date NOT NULL,
    fired_on        date NOT NULL,
    PRIMARY KEY (clock_id, step),
    CONSTRAINT clock_firing_not_early CHECK (fired_on >= planned_on)
);
COMMENT ON TABLE clock_firing IS 'Every reminder and escalation of a deadline, once each.';
COMMENT ON COLUMN clock_firing.organisation_id IS 'Who was told: the owner, or the court above; null: an operator, there is nobody above.';
COMMENT ON COLUMN clock_firing.fired_on IS 'The legal day of the tick: later than planned where nothing ran.';
CREATE TRIGGER clock_firing_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON clock_firing FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE clock_recount (
    clock_id   bigint NOT NULL REFERENCES clock (id),
    counted_by bigint NOT NULL,
    counted_on date NOT NULL,
    was_due    date NOT NULL,
    due_on     date NOT NULL,
    PRIMARY KEY (clock_id, counted_by)
);
COMMENT ON TABLE clock_recount IS 'Deadlines that were counted again when a notice of holidays came, moved or not.';
CREATE INDEX clock_recount_by ON clock_recount (counted_by);
CREATE TRIGGER clock_recount_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON clock_recount FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE calendar_notice (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region      text NOT NULL CHECK (region ~ '^[0-9]{0,6}$'),
    year        integer NOT NULL CHECK (year BETWEEN 1999 AND 2200),
    reference   text NOT NULL CHECK (reference <> ''),
    published   date NOT NULL,
    amends      text NOT NULL,
    file        text NOT NULL,
    source      text NOT NULL CHECK (source <> ''),
    entered_by  text NOT NULL CHECK (entered_by <> ''),
    proposed_by text,
    entered_at  timestamptz NOT NULL,
    CONSTRAINT calendar_notice_once UNIQUE (region, year, amends),
    CONSTRAINT calendar_notice_second_person CHECK (proposed_by <> entered_by)
);
COMMENT ON TABLE calendar_notice IS 'Notices of holidays that were loaded, beside those compiled in; the latest of a region and year counts.';
COMMENT ON COLUMN calendar_notice.region IS 'GB/T 2260 code of the region whose days it gives; empty: the nation''s.';
COMMENT ON COLUMN calendar_notice.amends IS 'Reference of the notice in whose place it comes; empty: the year had none.';
COMMENT ON COLUMN calendar_notice.source IS 'The file as it was loaded.';
COMMENT ON COLUMN calendar_notice.proposed_by IS 'Null: one person was enough, nothing had been sent yet.';
COMMENT ON COLUMN calendar_notice.entered_at IS 'Machine time.';
CREATE TRIGGER calendar_notice_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_notice FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- What was told of a deadline is nobody's task any more when it is met; whoever stops it, an older release too.
-- +goose StatementBegin
CREATE FUNCTION close_deadline_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE task t SET closed_on = greatest(NEW.done_on, t.opened_on), closed_because = 'done'
    WHERE t.ground_id = NEW.ground_id AND t.closed_on IS NULL
      AND t.kind IN ('deadline-near', 'deadline-passed', 'deadline-deputy', 'deadline-head', 'deadline-above')
      AND NOT EXISTS (SELECT FROM clock c WHERE c.ground_id = t.ground_id AND c.done_on IS NULL AND CASE t.kind
          WHEN 'deadline-near' THEN c.fired IN (1, 2) WHEN 'deadline-passed' THEN c.fired >= 3 WHEN 'deadline-deputy' THEN c.fired >= 4
          WHEN 'deadline-head' THEN c.fired >= 5 ELSE c.fired >= 6 END);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER clock_met AFTER UPDATE OF done_on ON clock FOR EACH ROW
    WHEN (OLD.done_on IS NULL AND NEW.done_on IS NOT NULL AND OLD.fired > 0) EXECUTE FUNCTION close_deadline_tasks();

-- The time that a subject was given, where a case keeps its last day too, is as long as the clock's.
-- +goose StatementBegin
CREATE FUNCTION move_subjects_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE administrative_listing SET window_until = NEW.due_on
    WHERE NEW.kind = 'state-and-defend' AND id = NEW.ground_id AND decided_on IS NULL AND notice_served_on = NEW.started_on AND window_until < NEW.due_on;
    UPDATE administrative_listing SET objection_until = NEW.due_on
    WHERE NEW.kind = 'object-to-announcement' AND id = NEW.ground_id AND published_on IS NULL AND announced_on = NEW.started_on AND objection_until < NEW.due_on;
    UPDATE reward_review SET answer_until = NEW.due_on
    WHERE NEW.kind = 'reward-answer' AND reward_id = NEW.ground_id AND outcome IS NULL AND noticed_on = NEW.started_on AND answer_until < NEW.due_on;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER clock_moved AFTER UPDATE OF due_on ON clock FOR EACH ROW
    WHEN (NEW.whose = 'subject' AND NEW.due_on > OLD.due_on) EXECUTE FUNCTION move_subjects_day();

-- The list of enforcement/record/change.go, again.
DROP INDEX event_change;
CREATE INDEX event_change ON event (seq) WHERE kind IN
    ('token-issued', 'token-revoked', 'token-woken', 'organisation-entered', 'endpoint-put', 'endpoint-restored', 'endpoint-paused', 'endpoint-removed',
    'keys-changed', 'queues-changed', 'change-proposed', 'change-dropped',
    'staff-entered', 'staff-borrowed', 'staff-ended', 'calendar-loaded', 'deadlines-recounted');
