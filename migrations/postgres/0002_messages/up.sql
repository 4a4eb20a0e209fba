-- Messages and what happened to them: facts that are appended and never altered (M13).
-- What rectification or purge must take away stands in tables of its own: message_content, document_name, document_content.

CREATE TABLE thread (
    citizen uuid NOT NULL,
    id uuid NOT NULL,
    context integer NOT NULL,
    channel integer NOT NULL,
    first_message uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (citizen, id)
);

-- sender and recipient are 'type/code', or 'citizen'; a company is '24/' and its CVR number.
CREATE TABLE message (
    citizen uuid NOT NULL,
    id uuid NOT NULL,
    thread uuid NOT NULL,
    in_reply_to uuid,
    context integer NOT NULL,
    channel integer NOT NULL,
    reply_allowed boolean NOT NULL,
    document_count integer NOT NULL,
    created_at timestamptz NOT NULL,
    sender text NOT NULL,
    recipient text NOT NULL,
    from_kind integer NOT NULL,
    from_identifier text NOT NULL,
    from_name text NOT NULL,
    from_organisation_type integer NOT NULL,
    from_organisation_code text,
    from_company_cvr text,
    from_company_unit text,
    from_company_contact uuid,
    to_kind integer NOT NULL,
    to_identifier text NOT NULL,
    to_name text NOT NULL,
    to_organisation_type integer NOT NULL,
    to_organisation_code text,
    to_company_cvr text,
    to_company_unit text,
    to_company_contact uuid,
    PRIMARY KEY (citizen, id)
);
CREATE INDEX message_thread ON message (citizen, thread, id);
CREATE INDEX message_reply ON message (citizen, in_reply_to) WHERE in_reply_to IS NOT NULL;
-- The inbox of an authority: the one index that does not start with the citizen.
CREATE INDEX message_inbox ON message (recipient, id);

CREATE TABLE message_content (
    citizen uuid NOT NULL,
    message uuid NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (citizen, message)
);

CREATE TABLE document (
    citizen uuid NOT NULL,
    id uuid NOT NULL,
    message uuid NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    PRIMARY KEY (citizen, id)
);
CREATE INDEX document_message ON document (citizen, message, id);
CREATE INDEX document_sha256 ON document (citizen, sha256);

CREATE TABLE document_name (
    citizen uuid NOT NULL,
    document uuid NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (citizen, document)
);

-- PDF and compressed XML do not shrink further: store them as they are.
CREATE TABLE document_content (
    citizen uuid NOT NULL,
    sha256 bytea NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (citizen, sha256)
);
ALTER TABLE document_content ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- reader is 'type/code', or 'citizen'.
CREATE TABLE reading (
    citizen uuid NOT NULL,
    message uuid NOT NULL,
    reader text NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (citizen, message, reader)
);

-- The key lets a message be rectified once (M11).
CREATE TABLE rectification (
    citizen uuid NOT NULL,
    message uuid NOT NULL,
    rectified_by text NOT NULL,
    reason text NOT NULL,
    rectified_at timestamptz NOT NULL,
    PRIMARY KEY (citizen, message)
);

-- state: 1 waiting, 2 delivered, 3 failed; as stored with the message.
CREATE TABLE delivery (
    citizen uuid NOT NULL,
    message uuid NOT NULL,
    channel integer NOT NULL,
    id uuid NOT NULL,
    state integer NOT NULL,
    PRIMARY KEY (citizen, message, channel)
);

-- How a waiting delivery ended; the key lets it end once (D1).
CREATE TABLE delivery_outcome (
    citizen uuid NOT NULL,
    message uuid NOT NULL,
    channel integer NOT NULL,
    state integer NOT NULL CHECK (state IN (2, 3)),
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (citizen, message, channel)
);

CREATE FUNCTION keep_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: facts are appended, never altered', TG_OP, TG_TABLE_NAME;
END
$$;

CREATE TRIGGER thread_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON thread EXECUTE FUNCTION keep_fact();
CREATE TRIGGER message_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON message EXECUTE FUNCTION keep_fact();
CREATE TRIGGER document_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON document EXECUTE FUNCTION keep_fact();
CREATE TRIGGER reading_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON reading EXECUTE FUNCTION keep_fact();
CREATE TRIGGER rectification_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON rectification EXECUTE FUNCTION keep_fact();
-- These may be removed (rectification, purge), never changed.
CREATE TRIGGER message_content_is_not_changed BEFORE UPDATE ON message_content EXECUTE FUNCTION keep_fact();
CREATE TRIGGER document_name_is_not_changed BEFORE UPDATE ON document_name EXECUTE FUNCTION keep_fact();
CREATE TRIGGER document_content_is_not_changed BEFORE UPDATE ON document_content EXECUTE FUNCTION keep_fact();
CREATE TRIGGER delivery_is_not_changed BEFORE UPDATE ON delivery EXECUTE FUNCTION keep_fact();
CREATE TRIGGER delivery_outcome_is_not_changed BEFORE UPDATE ON delivery_outcome EXECUTE FUNCTION keep_fact();
