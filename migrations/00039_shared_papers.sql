-- +goose Up
-- No hash without its paper: the statement of a takeover, an appointment and what a court above lends by lie in the file,
-- each under a key of its own. What was entered with a hash alone stands, and may still be ended.
ALTER TABLE import_run ADD COLUMN statement_paper uuid REFERENCES paper (id),
    ADD CONSTRAINT import_run_paper CHECK (rules = 0 OR kind <> 'takeover' OR statement_paper IS NOT NULL) NOT VALID;
COMMENT ON COLUMN import_run.statement_paper IS 'The statement that the court signed for a takeover; null of a release before papers.';
ALTER TABLE staff ADD CONSTRAINT staff_paper_fk FOREIGN KEY (paper) REFERENCES paper (id),
    ADD CONSTRAINT staff_paper CHECK (paper_hash IS NULL OR paper IS NOT NULL OR ended_by IS NOT NULL) NOT VALID;
ALTER TABLE staff_borrowed ADD CONSTRAINT borrowed_paper_fk FOREIGN KEY (paper) REFERENCES paper (id),
    ADD CONSTRAINT borrowed_paper CHECK (paper IS NOT NULL OR ended_by IS NOT NULL) NOT VALID;
