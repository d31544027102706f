-- +goose Up
-- When an edition, an attestation or an organisation changes, the plans that live
-- grounds stand on give way to others. A ground keeps the plan it was put in force
-- under; which one it stands on today follows from these rows (plan_now). A plan gives
-- way once and never comes back, so that every chain ends: what is planned alike later
-- is a plan of its own.
CREATE TABLE plan_switch (
    from_plan    integer PRIMARY KEY REFERENCES plan (id),
    to_plan      integer NOT NULL REFERENCES plan (id),
    day          date NOT NULL,
    begun_at     timestamptz NOT NULL,
    begun_by     text NOT NULL CHECK (begun_by <> ''),
    pass         smallint NOT NULL DEFAULT 1 CHECK (pass IN (1, 2)),
    reached_plan integer,
    reached      uuid,
    grounds      bigint NOT NULL DEFAULT 0,
    withdrawn    bigint NOT NULL DEFAULT 0,
    shrunk       bigint NOT NULL DEFAULT 0,
    grown        bigint NOT NULL DEFAULT 0,
    added        bigint NOT NULL DEFAULT 0,
    done_at      timestamptz,
    superseded   boolean NOT NULL DEFAULT false,
    CONSTRAINT plan_switch_elsewhere CHECK (from_plan <> to_plan),
    CONSTRAINT plan_switch_superseded CHECK (NOT superseded OR done_at IS NOT NULL)
);
COMMENT ON TABLE plan_switch IS 'A plan gave way to another one, and how far the directives of live grounds have followed.';
COMMENT ON COLUMN plan_switch.day IS 'The legal day whose plan it is.';
COMMENT ON COLUMN plan_switch.begun_at IS 'Legal time.';
COMMENT ON COLUMN plan_switch.pass IS '1: what is lifted; 2: what is added.';
COMMENT ON COLUMN plan_switch.reached_plan IS 'In this pass, the grounds put in force under lower plans have followed, ...';
COMMENT ON COLUMN plan_switch.reached IS '... and of this plan''s those up to this id.';
COMMENT ON COLUMN plan_switch.grounds IS 'Grounds that the two passes went through so far.';
COMMENT ON COLUMN plan_switch.withdrawn IS 'Directives withdrawn so far; shrunk, grown: amended, whichever lost and gained, or only gained; added: new ones.';
COMMENT ON COLUMN plan_switch.done_at IS 'Legal time at which all had followed, or the plan it leads to gave way itself.';
COMMENT ON COLUMN plan_switch.superseded IS 'It ended before all had followed: the next switch leads them on, wherever they are.';
CREATE INDEX plan_switch_to ON plan_switch (to_plan);
CREATE INDEX plan_switch_open ON plan_switch (from_plan) WHERE done_at IS NULL;
CREATE TRIGGER plan_switch_kept BEFORE DELETE OR TRUNCATE ON plan_switch FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER plan_switch_fixed BEFORE UPDATE OF from_plan, to_plan, day, begun_at, begun_by ON plan_switch
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- +goose StatementBegin
CREATE FUNCTION plan_now(plan integer) RETURNS integer LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain (id) AS (SELECT plan UNION ALL SELECT s.to_plan FROM chain c JOIN plan_switch s ON s.from_plan = c.id)
    SELECT c.id FROM chain c WHERE NOT EXISTS (SELECT FROM plan_switch s WHERE s.from_plan = c.id)
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION plan_now IS 'The plan that a ground stands on now which was put in force under the given one.';

-- Of the live grounds, those of one plan are walked in order.
CREATE INDEX ground_live ON ground (plan_id, id) WHERE state IN ('in-force', 'suspended');

-- An organisation that dropped out of the plan and comes back gets a new directive, for
-- a withdrawal is final.
ALTER TABLE directive DROP CONSTRAINT directive_ground_key,
    ADD CONSTRAINT directive_ground_key UNIQUE (subject_id, ground_id, organisation_id, plan_id);
COMMENT ON COLUMN directive.plan_id IS 'The plan whose line the set is: the ground''s own, or a later one that brought the organisation in.';

ALTER TABLE amendment ADD COLUMN plan_id integer;
COMMENT ON COLUMN amendment.plan_id IS 'The plan that the version follows; null where no change of plan made it.';

ALTER TABLE event ADD COLUMN grounds uuid[], ADD COLUMN untils date[];
ALTER TABLE event ALTER COLUMN grounds SET STORAGE EXTERNAL, ALTER COLUMN untils SET STORAGE EXTERNAL;
COMMENT ON COLUMN event.grounds IS 'Of a replanning that made directives: the ground of each line.';
COMMENT ON COLUMN event.untils IS 'Of a replanning that made directives: valid_until of each line.';
COMMENT ON COLUMN event.measures IS 'Of reports, the measure; of a reconciliation, what was found of each line, numbered as in enforcement/reconcile.go; of a replanning, the set of each line, written as in enforcement/replan_event.go.';
CREATE INDEX event_replanned ON event (plan_id) WHERE kind = 'replanned';

-- A memorandum's hold stops what carries any of its measures, or came to by a later plan.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION directive_held(organisation integer, ground uuid, plan integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM hold h WHERE h.ended_at IS NULL AND CASE h.scope
        WHEN 'everything' THEN true
        WHEN 'organisation' THEN h.organisation_id = organisation
        WHEN 'court' THEN h.organisation_id = (SELECT g.organisation_id FROM ground g WHERE g.id = ground)
        ELSE EXISTS (
            WITH RECURSIVE chain (id) AS (SELECT plan UNION ALL SELECT s.to_plan FROM chain c JOIN plan_switch s ON s.from_plan = c.id)
            SELECT FROM chain c JOIN plan_line l ON l.plan_id = c.id JOIN measure m ON m.id = ANY (l.measures)
            WHERE l.organisation_id = organisation AND m.memorandum = h.memorandum)
    END)
$$;
-- +goose StatementEnd
