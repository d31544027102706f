-- +goose Up
-- What a department keeps after a withdrawal rests on a basis that can be looked up and on its own served decision. The
-- previous release knows only the text in basis: its rows stay valid, and may still be written while both run.
ALTER TABLE report
    ADD COLUMN basis_slug         text,
    ADD COLUMN basis_title        text,
    ADD COLUMN basis_article      text,
    ADD COLUMN decision_number    text,
    ADD COLUMN decision_served_on date,
    ADD COLUMN decision_remedy    text,
    ADD COLUMN kept_by            text,
    ADD COLUMN note               text,
    ADD COLUMN note_reasons       text,
    ADD COLUMN noted_on           date,
    ADD COLUMN noted_by           text,
    ADD CONSTRAINT report_kept_decided CHECK (CASE WHEN decision_number IS NULL
        THEN num_nonnulls(decision_served_on, decision_remedy, basis_slug, basis_title, basis_article) = 0
        ELSE num_nonnulls(decision_served_on, decision_remedy) = 2 AND btrim(decision_number) <> '' AND btrim(decision_remedy) <> ''
            AND decision_served_on <= reported_on
            AND num_nonnulls(basis_title, basis_article) = CASE WHEN basis_slug IS NULL THEN 2 ELSE 0 END END),
    ADD CONSTRAINT report_kept_plain_text CHECK (coalesce(basis_slug, '') || coalesce(basis_title, '') || coalesce(basis_article, '')
        || coalesce(decision_number, '') || coalesce(decision_remedy, '') || coalesce(note_reasons, '') !~ '[<>[:cntrl:]]'),
    ADD CONSTRAINT report_note CHECK (CASE WHEN note IS NULL THEN num_nonnulls(note_reasons, noted_on, noted_by) = 0
        ELSE note IN ('noted', 'disputed') AND num_nonnulls(noted_on, noted_by) = 2 AND (note = 'noted' OR btrim(coalesce(note_reasons, '')) <> '') END),
    ADD CONSTRAINT report_note_second_person CHECK (noted_by <> kept_by);
CREATE INDEX report_kept ON report (directive_id) WHERE outcome = 'kept';
COMMENT ON COLUMN report.basis IS 'Of what is kept: the basis in words, of the catalogue or as cited.';
COMMENT ON COLUMN report.basis_slug IS 'Of what is kept: the catalogue''s legal basis; else title and article are cited.';
COMMENT ON COLUMN report.decision_number IS 'Of what is kept: the department''s own decision. NULL: written by a release that did not ask for it.';
COMMENT ON COLUMN report.decision_remedy IS 'Where and until when the subject can seek review of that decision.';
COMMENT ON COLUMN report.kept_by IS 'Who reported it; somebody else notes it.';
COMMENT ON COLUMN report.note IS 'What a reviewer of who keeps the list said of what is kept: noted, or disputed with reasons. It changes no directive.';
