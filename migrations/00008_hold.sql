-- +goose Up
CREATE TYPE hold_scope AS ENUM ('everything', 'court', 'organisation', 'memorandum');

CREATE TABLE hold (
    id              uuid PRIMARY KEY,
    scope           hold_scope NOT NULL,
    organisation_id integer REFERENCES organisation (id),
    memorandum      text,
    cause           text NOT NULL CHECK (cause IN ('operator', 'restore')),
    reason          text NOT NULL,
    placed_by       text NOT NULL,
    placed_at       timestamptz NOT NULL,
    ended_by        text,
    ended_at        timestamptz,
    end_reason      text,
    CONSTRAINT hold_reason CHECK (reason <> ''),
    CONSTRAINT hold_scope_names CHECK ((scope IN ('court', 'organisation')) = (organisation_id IS NOT NULL) AND (scope = 'memorandum') = (memorandum IS NOT NULL)),
    CONSTRAINT hold_end CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)),
    CONSTRAINT hold_second_person CHECK (ended_by IS NULL OR ended_by <> placed_by)
);
COMMENT ON TABLE hold IS 'An operator''s stop (暂停下发): while it stands nothing that burdens leaves; liftings go on.';
COMMENT ON COLUMN hold.organisation_id IS 'The court whose grounds are held, or the organisation nothing burdening is sent to; by scope.';
COMMENT ON COLUMN hold.memorandum IS 'Slug of the memorandum whose directives are held.';
COMMENT ON COLUMN hold.cause IS 'operator: somebody placed it; restore: a restored record waits to be reconciled.';
COMMENT ON COLUMN hold.ended_by IS 'A second person, never the one who placed it.';
CREATE INDEX hold_standing ON hold (placed_at) WHERE ended_at IS NULL;
CREATE TRIGGER hold_kept BEFORE DELETE OR TRUNCATE ON hold FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- The rule of which directives a standing hold stops, in one place. Whether a version
-- of them burdens is the caller's to ask: liftings are never held.
-- +goose StatementBegin
CREATE FUNCTION directive_held(organisation integer, ground uuid, plan integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM hold h WHERE h.ended_at IS NULL AND CASE h.scope
        WHEN 'everything' THEN true
        WHEN 'organisation' THEN h.organisation_id = organisation
        WHEN 'court' THEN h.organisation_id = (SELECT g.organisation_id FROM ground g WHERE g.id = ground)
        ELSE h.memorandum = (SELECT e.memorandum FROM plan p JOIN edition e ON e.id = p.edition_id WHERE p.id = plan)
    END)
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION directive_held IS 'Whether a standing hold stops what burdens under a directive of this organisation, ground and plan.';
