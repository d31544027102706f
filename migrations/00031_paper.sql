-- +goose Up
-- Papers: documents in the file. What a paper says lies in pieces, apart from what is known of it.
CREATE TABLE paper (
    id              uuid PRIMARY KEY,
    organisation_id integer REFERENCES organisation (id),
    type            text NOT NULL CHECK (type ~ '^[a-z]+/[a-z0-9.+-]+$'),
    size            bigint NOT NULL CHECK (size >= 0),
    pieces          integer NOT NULL CHECK (pieces >= 0),
    hash            bytea NOT NULL CHECK (length(hash) = 34),
    day             date NOT NULL,
    details         bytea NOT NULL,
    elsewhere       bytea,
    envelope        bytea,
    brought_by      text NOT NULL CHECK (brought_by <> ''),
    brought_role    text NOT NULL CHECK (brought_role <> ''),
    brought_at      timestamptz NOT NULL,
    brought_on      date NOT NULL,
    CONSTRAINT paper_day CHECK (day <= brought_on),
    CONSTRAINT paper_size CHECK (size <= 200 * 1024 * 1024),
    CONSTRAINT paper_elsewhere CHECK ((pieces = 0) = (elsewhere IS NOT NULL) AND (pieces = 0) = (size = 0))
);
COMMENT ON TABLE paper IS 'A document in the file: what is known of it. Never rewritten; it is erased by forgetting the keys it is sealed under.';
COMMENT ON COLUMN paper.organisation_id IS 'Whose people brought it; only they read it. Null: somebody who stands for none, as a lawyer who attests.';
COMMENT ON COLUMN paper.type IS 'Media type, by its content and never by a name.';
COMMENT ON COLUMN paper.size IS 'Bytes of the content; 0 for what lies elsewhere.';
COMMENT ON COLUMN paper.pieces IS 'How many pieces (paper_chunk) it has; 0 for what lies elsewhere.';
COMMENT ON COLUMN paper.hash IS 'Keyed document hash of the SHA-256 of the content, of what lies elsewhere too.';
COMMENT ON COLUMN paper.day IS 'The day that it bears, never later than that on which it was brought.';
COMMENT ON COLUMN paper.details IS 'Sealed under the paper''s own data key, as the pieces are: title, and SHA-256 of the content.';
COMMENT ON COLUMN paper.elsewhere IS 'Sealed: where a recording lies that was too large to bring, and its SHA-256 (CPL 89).';
COMMENT ON COLUMN paper.envelope IS 'The paper''s data key, wrapped by the installation''s, where it concerns several; null: each use has the key, sealed under its subject''s.';
COMMENT ON COLUMN paper.brought_at IS 'Legal time, and brought_on the legal day of it.';
CREATE INDEX paper_key_version ON paper (substring(envelope FROM 1 FOR 2)) WHERE envelope IS NOT NULL;

CREATE TABLE paper_use (
    serves     uuid NOT NULL,
    paper_id   uuid NOT NULL REFERENCES paper (id),
    purpose    text NOT NULL CHECK (purpose ~ '^[a-z][a-z0-9-]{1,39}$'),
    ground_id  uuid REFERENCES ground (id),
    key        bytea,
    used_by    text NOT NULL CHECK (used_by <> ''),
    used_role  text NOT NULL CHECK (used_role <> ''),
    used_at    timestamptz NOT NULL,
    keep_until date,
    CONSTRAINT paper_use_pkey PRIMARY KEY (serves, paper_id, purpose),
    CONSTRAINT paper_use_ground CHECK (ground_id IS NULL OR ground_id = serves)
);
COMMENT ON TABLE paper_use IS 'Which paper serves what, and for which purpose: one paper may serve many cases.';
COMMENT ON COLUMN paper_use.serves IS 'The case, or what else it proves: a takeover''s run, an attestation.';
COMMENT ON COLUMN paper_use.key IS 'The paper''s data key sealed under that of the case''s subject: forgetting the subject''s takes the paper from this case and no other.';
COMMENT ON COLUMN paper_use.used_at IS 'Legal time.';
COMMENT ON COLUMN paper_use.keep_until IS 'The day until which it is kept here at least; null while its case has not ended.';
CREATE INDEX paper_use_of ON paper_use (paper_id);
CREATE INDEX paper_use_unended ON paper_use (ground_id) WHERE keep_until IS NULL;

-- Pieces are stored as they come in and before the row of their paper: a sender may take its time, and no transaction
-- waits for one. Pieces of what never became a paper are sealed under a key that nobody has, and swept away.
CREATE TABLE paper_chunk (
    paper_id uuid NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    sealed   bytea NOT NULL CHECK (length(sealed) BETWEEN 29 AND 262144 + 28),
    PRIMARY KEY (paper_id, position)
) PARTITION BY RANGE (paper_id);
ALTER TABLE paper_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
COMMENT ON TABLE paper_chunk IS 'At most 256 KiB of a paper, sealed under its data key; by the month of its id, which is a UUIDv7 and says when it was made.';
CREATE TABLE paper_chunk_rest PARTITION OF paper_chunk DEFAULT;
COMMENT ON TABLE paper_chunk_rest IS 'For months of which nobody made a partition: nothing waits for one.';

-- +goose StatementBegin
CREATE FUNCTION paper_month(month date) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT (lpad(to_hex((extract(epoch FROM month::timestamp) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION paper_month IS 'The smallest id of a UTC month (RFC 9562 §5.7: 48 bits of milliseconds).';

-- +goose StatementBegin
CREATE FUNCTION refuse_chunk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM paper WHERE id = OLD.paper_id) THEN
        RETURN OLD; -- of what never became a paper
    END IF;
    RAISE EXCEPTION 'paper_chunk is append-only' USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER paper_chunk_append_only BEFORE UPDATE OR DELETE ON paper_chunk FOR EACH ROW EXECUTE FUNCTION refuse_chunk();
CREATE TRIGGER paper_chunk_kept BEFORE TRUNCATE ON paper_chunk FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER paper_chunk_rest_kept BEFORE TRUNCATE ON paper_chunk_rest FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- +goose StatementBegin
CREATE FUNCTION make_paper_months(first date, months integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    month date;
    name  text;
    made  integer := 0;
BEGIN
    LOCK TABLE paper_chunk IN SHARE UPDATE EXCLUSIVE MODE; -- one at a time
    FOR i IN 0 .. months - 1 LOOP
        month := (date_trunc('month', first) + make_interval(months => i))::date;
        name := 'paper_chunk_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass(name) IS NOT NULL
            OR EXISTS (SELECT FROM paper_chunk_rest WHERE paper_id >= paper_month(month) AND paper_id < paper_month((month + interval '1 month')::date));
        EXECUTE format('CREATE TABLE %I PARTITION OF paper_chunk FOR VALUES FROM (%L) TO (%L)',
            name, paper_month(month), paper_month((month + interval '1 month')::date));
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()', name || '_kept', name);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION make_paper_months IS 'Makes the partitions of months that have none; a month that lies in the rest already stays there.';
SELECT make_paper_months((now() AT TIME ZONE 'UTC')::date, 3);

-- A paper is whole when it is entered.
-- +goose StatementBegin
CREATE FUNCTION whole_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    n integer;
    last integer;
    bytes bigint;
BEGIN
    SELECT count(*), coalesce(max(position) + 1, 0), coalesce(sum(length(sealed) - 28), 0) INTO n, last, bytes FROM paper_chunk WHERE paper_id = NEW.id;
    IF (n, last, bytes) IS DISTINCT FROM (NEW.pieces, NEW.pieces, NEW.size) THEN
        RAISE EXCEPTION 'paper % has % pieces of % bytes, says % of %', NEW.id, n, bytes, NEW.pieces, NEW.size
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER paper_whole AFTER INSERT ON paper FOR EACH ROW EXECUTE FUNCTION whole_paper();

-- The key of a paper may be wrapped anew, or forgotten; nothing else of it changes.
-- +goose StatementBegin
CREATE FUNCTION keep_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.envelope IS NULL
        OR (NEW.id, NEW.organisation_id, NEW.type, NEW.size, NEW.pieces, NEW.hash, NEW.day, NEW.details, NEW.elsewhere, NEW.brought_by, NEW.brought_role, NEW.brought_at,
            NEW.brought_on)
        IS DISTINCT FROM (OLD.id, OLD.organisation_id, OLD.type, OLD.size, OLD.pieces, OLD.hash, OLD.day, OLD.details, OLD.elsewhere, OLD.brought_by, OLD.brought_role,
            OLD.brought_at, OLD.brought_on) THEN
        RAISE EXCEPTION 'a paper is not rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER paper_final BEFORE UPDATE ON paper FOR EACH ROW EXECUTE FUNCTION keep_paper();
CREATE TRIGGER paper_kept BEFORE DELETE OR TRUNCATE ON paper FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- A use says once until when it is kept, and a longer time later; nothing else of it changes.
-- +goose StatementBegin
CREATE FUNCTION keep_paper_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.keep_until IS NULL OR NEW.keep_until < OLD.keep_until
        OR (NEW.serves, NEW.paper_id, NEW.purpose, NEW.ground_id, NEW.key, NEW.used_by, NEW.used_role, NEW.used_at)
        IS DISTINCT FROM (OLD.serves, OLD.paper_id, OLD.purpose, OLD.ground_id, OLD.key, OLD.used_by, OLD.used_role, OLD.used_at) THEN
        RAISE EXCEPTION 'the use of a paper is not rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER paper_use_final BEFORE UPDATE ON paper_use FOR EACH ROW EXECUTE FUNCTION keep_paper_use();
CREATE TRIGGER paper_use_kept BEFORE DELETE OR TRUNCATE ON paper_use FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Nobody's case rests on another organisation's paper, and what has no key of its own comes with its subject's.
-- +goose StatementBegin
CREATE FUNCTION own_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    p paper%ROWTYPE;
BEGIN
    SELECT * INTO STRICT p FROM paper WHERE id = NEW.paper_id;
    IF (p.envelope IS NULL) = (NEW.key IS NULL)
        OR NEW.ground_id IS NOT NULL AND NOT EXISTS (SELECT FROM ground WHERE id = NEW.ground_id AND organisation_id = p.organisation_id) THEN
        RAISE EXCEPTION 'paper % is not of %', NEW.paper_id, NEW.serves USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER paper_use_owner AFTER INSERT ON paper_use FOR EACH ROW EXECUTE FUNCTION own_paper();

-- +goose StatementBegin
CREATE FUNCTION paper_serves(serving uuid, paper uuid) RETURNS boolean LANGUAGE sql STABLE STRICT AS $$
    SELECT EXISTS (SELECT FROM paper_use u WHERE u.serves = serving AND u.paper_id = paper)
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION paper_serves IS 'Whether a paper is of a case: what the kinds'' own tables ask of the papers they name.';
