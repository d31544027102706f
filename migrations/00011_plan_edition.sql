-- +goose Up
-- A list type may stand under several memoranda at a time, so a plan has several
-- editions. plan.edition_id is the first of them; the release before this one
-- writes that alone.
CREATE TABLE plan_edition (
    plan_id    integer NOT NULL REFERENCES plan (id),
    edition_id integer NOT NULL REFERENCES edition (id),
    PRIMARY KEY (plan_id, edition_id)
);
COMMENT ON TABLE plan_edition IS 'The editions a plan was resolved under; append-only like the plan.';
INSERT INTO plan_edition (plan_id, edition_id) SELECT id, edition_id FROM plan;
CREATE TRIGGER plan_edition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_edition FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- A memorandum's hold stops what carries any of its measures, not everything that
-- was planned together with it.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION directive_held(organisation integer, ground uuid, plan integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM hold h WHERE h.ended_at IS NULL AND CASE h.scope
        WHEN 'everything' THEN true
        WHEN 'organisation' THEN h.organisation_id = organisation
        WHEN 'court' THEN h.organisation_id = (SELECT g.organisation_id FROM ground g WHERE g.id = ground)
        ELSE EXISTS (SELECT FROM plan_line l JOIN measure m ON m.id = ANY (l.measures)
            WHERE l.plan_id = plan AND l.organisation_id = organisation AND m.memorandum = h.memorandum)
    END)
$$;
-- +goose StatementEnd
