-- Messages and what happened to them: facts that are appended and never altered (M13).
-- What rectification or purge must take away stands in tables of its own: message_content, document_name, document_content.

CREATE TABLE thread (
    citizen BLOB NOT NULL,
    id BLOB NOT NULL,
    context INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    first_message BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (citizen, id)
) WITHOUT ROWID, STRICT;

-- sender and recipient are 'type/code', or 'citizen'; a company is '24/' and its CVR number.
CREATE TABLE message (
    citizen BLOB NOT NULL,
    id BLOB NOT NULL,
    thread BLOB NOT NULL,
    in_reply_to BLOB,
    context INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    reply_allowed INTEGER NOT NULL,
    document_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    from_kind INTEGER NOT NULL,
    from_identifier TEXT NOT NULL,
    from_name TEXT NOT NULL,
    from_organisation_type INTEGER NOT NULL,
    from_organisation_code TEXT,
    from_company_cvr TEXT,
    from_company_unit TEXT,
    from_company_contact BLOB,
    to_kind INTEGER NOT NULL,
    to_identifier TEXT NOT NULL,
    to_name TEXT NOT NULL,
    to_organisation_type INTEGER NOT NULL,
    to_organisation_code TEXT,
    to_company_cvr TEXT,
    to_company_unit TEXT,
    to_company_contact BLOB,
    PRIMARY KEY (citizen, id)
) WITHOUT ROWID, STRICT;
CREATE INDEX message_thread ON message (citizen, thread, id);
CREATE INDEX message_reply ON message (citizen, in_reply_to) WHERE in_reply_to IS NOT NULL;
-- The inbox of an authority: the one index that does not start with the citizen.
CREATE INDEX message_inbox ON message (recipient, id);

CREATE TABLE message_content (
    citizen BLOB NOT NULL,
    message BLOB NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (citizen, message)
) STRICT;

CREATE TABLE document (
    citizen BLOB NOT NULL,
    id BLOB NOT NULL,
    message BLOB NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (citizen, id)
) WITHOUT ROWID, STRICT;
CREATE INDEX document_message ON document (citizen, message, id);
CREATE INDEX document_sha256 ON document (citizen, sha256);

CREATE TABLE document_name (
    citizen BLOB NOT NULL,
    document BLOB NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (citizen, document)
) WITHOUT ROWID, STRICT;

CREATE TABLE document_content (
    citizen BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (citizen, sha256)
) STRICT;

-- reader is 'type/code', or 'citizen'.
CREATE TABLE reading (
    citizen BLOB NOT NULL,
    message BLOB NOT NULL,
    reader TEXT NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (citizen, message, reader)
) WITHOUT ROWID, STRICT;

-- The key lets a message be rectified once (M11).
CREATE TABLE rectification (
    citizen BLOB NOT NULL,
    message BLOB NOT NULL,
    rectified_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    rectified_at INTEGER NOT NULL,
    PRIMARY KEY (citizen, message)
) WITHOUT ROWID, STRICT;

-- state: 1 waiting, 2 delivered, 3 failed; as stored with the message.
CREATE TABLE delivery (
    citizen BLOB NOT NULL,
    message BLOB NOT NULL,
    channel INTEGER NOT NULL,
    id BLOB NOT NULL,
    state INTEGER NOT NULL,
    PRIMARY KEY (citizen, message, channel)
) WITHOUT ROWID, STRICT;

-- How a waiting delivery ended; the key lets it end once (D1).
CREATE TABLE delivery_outcome (
    citizen BLOB NOT NULL,
    message BLOB NOT NULL,
    channel INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (2, 3)),
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (citizen, message, channel)
) WITHOUT ROWID, STRICT;

CREATE TRIGGER thread_is_kept_from_update BEFORE UPDATE ON thread BEGIN
    SELECT RAISE(ABORT, 'UPDATE of thread is refused: facts are appended, never altered');
END;
CREATE TRIGGER thread_is_kept_from_delete BEFORE DELETE ON thread BEGIN
    SELECT RAISE(ABORT, 'DELETE of thread is refused: facts are appended, never altered');
END;
CREATE TRIGGER message_is_kept_from_update BEFORE UPDATE ON message BEGIN
    SELECT RAISE(ABORT, 'UPDATE of message is refused: facts are appended, never altered');
END;
CREATE TRIGGER message_is_kept_from_delete BEFORE DELETE ON message BEGIN
    SELECT RAISE(ABORT, 'DELETE of message is refused: facts are appended, never altered');
END;
CREATE TRIGGER document_is_kept_from_update BEFORE UPDATE ON document BEGIN
    SELECT RAISE(ABORT, 'UPDATE of document is refused: facts are appended, never altered');
END;
CREATE TRIGGER document_is_kept_from_delete BEFORE DELETE ON document BEGIN
    SELECT RAISE(ABORT, 'DELETE of document is refused: facts are appended, never altered');
END;
CREATE TRIGGER reading_is_kept_from_update BEFORE UPDATE ON reading BEGIN
    SELECT RAISE(ABORT, 'UPDATE of reading is refused: facts are appended, never altered');
END;
CREATE TRIGGER reading_is_kept_from_delete BEFORE DELETE ON reading BEGIN
    SELECT RAISE(ABORT, 'DELETE of reading is refused: facts are appended, never altered');
END;
CREATE TRIGGER rectification_is_kept_from_update BEFORE UPDATE ON rectification BEGIN
    SELECT RAISE(ABORT, 'UPDATE of rectification is refused: facts are appended, never altered');
END;
CREATE TRIGGER rectification_is_kept_from_delete BEFORE DELETE ON rectification BEGIN
    SELECT RAISE(ABORT, 'DELETE of rectification is refused: facts are appended, never altered');
END;
-- These may be removed (rectification, purge), never changed.
CREATE TRIGGER message_content_is_not_changed BEFORE UPDATE ON message_content BEGIN
    SELECT RAISE(ABORT, 'UPDATE of message_content is refused: facts are appended, never altered');
END;
CREATE TRIGGER document_name_is_not_changed BEFORE UPDATE ON document_name BEGIN
    SELECT RAISE(ABORT, 'UPDATE of document_name is refused: facts are appended, never altered');
END;
CREATE TRIGGER document_content_is_not_changed BEFORE UPDATE ON document_content BEGIN
    SELECT RAISE(ABORT, 'UPDATE of document_content is refused: facts are appended, never altered');
END;
CREATE TRIGGER delivery_is_not_changed BEFORE UPDATE ON delivery BEGIN
    SELECT RAISE(ABORT, 'UPDATE of delivery is refused: facts are appended, never altered');
END;
CREATE TRIGGER delivery_outcome_is_not_changed BEFORE UPDATE ON delivery_outcome BEGIN
    SELECT RAISE(ABORT, 'UPDATE of delivery_outcome is refused: facts are appended, never altered');
END;
