-- +goose Up
-- What carries a measure may speak only of who can perform and refuses. So a plan is for listings that rest on that, or for
-- those that rest on other conduct alone (法释〔2017〕7号 art. 1, items 2 to 6). Plans of before are as they were made.
ALTER TABLE plan ADD COLUMN other_conduct boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN plan.other_conduct IS 'For listings that rest on other conduct alone; what needs who can perform is not in it.';

-- +goose StatementBegin
CREATE FUNCTION other_conduct(g ground) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT NOT 1 = ANY (l.conducts) FROM listing l WHERE l.id = g.id), false)
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION other_conduct IS 'Whether a court''s listing rests on conduct 2 to 6 alone; false of every other kind of ground.';
