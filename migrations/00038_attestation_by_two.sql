-- +goose Up
-- A lawyer's statement counts when a second person has read the same words and says so. What the previous release enters
-- stays under the rules of before (rules 0): it counts at once there and here. What is made for demonstration counts in a
-- demonstration alone and needs nobody.
ALTER TABLE attestation ADD COLUMN rules smallint NOT NULL DEFAULT 0 CONSTRAINT attestation_rules CHECK (rules BETWEEN 0 AND 1);
COMMENT ON COLUMN attestation.rules IS '0: entered by a release that asked for no second person; 1: counts from its confirmation on.';
CREATE UNIQUE INDEX attestation_entered ON attestation (id, entered_by);

CREATE TABLE attestation_confirmation (
    attestation_id uuid PRIMARY KEY,
    entered_by     text NOT NULL,
    confirmed_by   text NOT NULL CHECK (confirmed_by <> ''),
    confirmed_at   timestamptz NOT NULL,
    CONSTRAINT attestation_confirmation_of FOREIGN KEY (attestation_id, entered_by) REFERENCES attestation (id, entered_by),
    CONSTRAINT attestation_by_two CHECK (confirmed_by <> entered_by)
);
COMMENT ON TABLE attestation_confirmation IS 'That a second person holds a lawyer''s statement to be right; append-only.';
COMMENT ON COLUMN attestation_confirmation.entered_by IS 'Staff number of who entered the statement, as it stands there: what the second person is compared with.';
CREATE TRIGGER attestation_confirmation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attestation_confirmation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
