-- +goose Up
-- Whom a staff number stood for on a day, among those who act for an organisation (null: for none): its own, or one it had
-- borrowed. Where its own and a borrowed one have the same number nobody is named.
-- +goose StatementBegin
CREATE FUNCTION person_of(for_organisation integer, staff_number text, on_day date, OUT name text, OUT post text)
    LANGUAGE sql STABLE AS $$
    SELECT min(p.name), min(p.post) FROM (
        SELECT s.name, s.post FROM staff s WHERE lower(s.number) = lower(staff_number) AND s.organisation_id IS NOT DISTINCT FROM for_organisation
            AND on_day BETWEEN s.valid_from AND coalesce(s.valid_until, 'infinity')
        UNION ALL SELECT s.name, s.post FROM staff_borrowed b JOIN staff s ON s.organisation_id = b.staff_of AND lower(s.number) = lower(b.number)
        WHERE b.organisation_id = for_organisation AND lower(b.number) = lower(staff_number) AND on_day BETWEEN b.valid_from AND b.valid_until
            AND on_day BETWEEN s.valid_from AND coalesce(s.valid_until, 'infinity')) p
    HAVING count(*) = 1
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION person_of IS 'The name and post that a staff number stood for on a day, of the organisation for which it acted.';
