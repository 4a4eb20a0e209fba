-- How long threads are kept, what holds them back, and what stays of those that are gone (S7).

-- period: '30 days', '18 months', '5 years'. Contexts without a row: five years, no release.
CREATE TABLE retention (
    context INTEGER NOT NULL PRIMARY KEY,
    period TEXT NOT NULL,
    archive_release INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- Threads of the citizen in which nothing happened on or after the day were released to the archive.
CREATE TABLE archive_release (
    citizen BLOB NOT NULL PRIMARY KEY,
    inactive_before TEXT NOT NULL
) WITHOUT ROWID, STRICT;

-- Nothing about the citizen is purged as long as a row stands here.
CREATE TABLE legal_hold (
    citizen BLOB NOT NULL,
    reason TEXT NOT NULL,
    held_at INTEGER NOT NULL,
    PRIMARY KEY (citizen, reason)
) WITHOUT ROWID, STRICT;

-- That a thread was purged is a fact of its own: only beside it the others may be removed.
CREATE TABLE purged_thread (
    citizen BLOB NOT NULL,
    id BLOB NOT NULL,
    context INTEGER NOT NULL,
    purged_at INTEGER NOT NULL,
    PRIMARY KEY (citizen, id)
) WITHOUT ROWID, STRICT;

-- Whoever asks for a purged document is told that it was there; sender and recipient of its message say who may know.
CREATE TABLE purged_document (
    citizen BLOB NOT NULL,
    id BLOB NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    PRIMARY KEY (citizen, id)
) WITHOUT ROWID, STRICT;

CREATE TRIGGER purged_thread_is_not_held BEFORE INSERT ON purged_thread
WHEN EXISTS (SELECT 1 FROM legal_hold WHERE citizen = NEW.citizen) BEGIN
    SELECT RAISE(ABORT, 'the citizen is under a legal hold: nothing is purged');
END;
CREATE TRIGGER purged_thread_is_kept_from_update BEFORE UPDATE ON purged_thread BEGIN
    SELECT RAISE(ABORT, 'UPDATE of purged_thread is refused: facts are appended, never altered');
END;
CREATE TRIGGER purged_thread_is_kept_from_delete BEFORE DELETE ON purged_thread BEGIN
    SELECT RAISE(ABORT, 'DELETE of purged_thread is refused: facts are appended, never altered');
END;
CREATE TRIGGER purged_document_is_kept_from_update BEFORE UPDATE ON purged_document BEGIN
    SELECT RAISE(ABORT, 'UPDATE of purged_document is refused: facts are appended, never altered');
END;
CREATE TRIGGER purged_document_is_kept_from_delete BEFORE DELETE ON purged_document BEGIN
    SELECT RAISE(ABORT, 'DELETE of purged_document is refused: facts are appended, never altered');
END;

-- Removed with their thread, and not before.
DROP TRIGGER thread_is_kept_from_delete;
DROP TRIGGER message_is_kept_from_delete;
DROP TRIGGER document_is_kept_from_delete;
DROP TRIGGER reading_is_kept_from_delete;
DROP TRIGGER rectification_is_kept_from_delete;
CREATE TRIGGER thread_is_kept_from_delete BEFORE DELETE ON thread
WHEN NOT EXISTS (SELECT 1 FROM purged_thread WHERE citizen = OLD.citizen AND id = OLD.id) BEGIN
    SELECT RAISE(ABORT, 'DELETE of thread is refused: facts are appended, never altered');
END;
CREATE TRIGGER message_is_kept_from_delete BEFORE DELETE ON message
WHEN NOT EXISTS (SELECT 1 FROM purged_thread WHERE citizen = OLD.citizen AND id = OLD.thread) BEGIN
    SELECT RAISE(ABORT, 'DELETE of message is refused: facts are appended, never altered');
END;
CREATE TRIGGER document_is_kept_from_delete BEFORE DELETE ON document
WHEN NOT EXISTS (
    SELECT 1 FROM message JOIN purged_thread ON purged_thread.citizen = message.citizen AND purged_thread.id = message.thread
    WHERE message.citizen = OLD.citizen AND message.id = OLD.message
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of document is refused: facts are appended, never altered');
END;
CREATE TRIGGER reading_is_kept_from_delete BEFORE DELETE ON reading
WHEN NOT EXISTS (
    SELECT 1 FROM message JOIN purged_thread ON purged_thread.citizen = message.citizen AND purged_thread.id = message.thread
    WHERE message.citizen = OLD.citizen AND message.id = OLD.message
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of reading is refused: facts are appended, never altered');
END;
CREATE TRIGGER rectification_is_kept_from_delete BEFORE DELETE ON rectification
WHEN NOT EXISTS (
    SELECT 1 FROM message JOIN purged_thread ON purged_thread.citizen = message.citizen AND purged_thread.id = message.thread
    WHERE message.citizen = OLD.citizen AND message.id = OLD.message
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of rectification is refused: facts are appended, never altered');
END;
CREATE TRIGGER delivery_is_kept_from_delete BEFORE DELETE ON delivery
WHEN NOT EXISTS (
    SELECT 1 FROM message JOIN purged_thread ON purged_thread.citizen = message.citizen AND purged_thread.id = message.thread
    WHERE message.citizen = OLD.citizen AND message.id = OLD.message
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of delivery is refused: facts are appended, never altered');
END;
CREATE TRIGGER delivery_outcome_is_kept_from_delete BEFORE DELETE ON delivery_outcome
WHEN NOT EXISTS (
    SELECT 1 FROM message JOIN purged_thread ON purged_thread.citizen = message.citizen AND purged_thread.id = message.thread
    WHERE message.citizen = OLD.citizen AND message.id = OLD.message
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of delivery_outcome is refused: facts are appended, never altered');
END;
CREATE TRIGGER delivery_attempt_is_kept_from_delete BEFORE DELETE ON delivery_attempt
WHEN NOT EXISTS (
    SELECT 1 FROM message JOIN purged_thread ON purged_thread.citizen = message.citizen AND purged_thread.id = message.thread
    WHERE message.citizen = OLD.citizen AND message.id = OLD.message
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of delivery_attempt is refused: facts are appended, never altered');
END;
-- Removed with the rectification of their message, too; a document's bytes when no document of the citizen has them any more.
CREATE TRIGGER message_content_is_kept_from_delete BEFORE DELETE ON message_content
WHEN NOT EXISTS (
    SELECT 1 FROM rectification WHERE rectification.citizen = OLD.citizen AND rectification.message = OLD.message
) AND NOT EXISTS (
    SELECT 1 FROM message JOIN purged_thread ON purged_thread.citizen = message.citizen AND purged_thread.id = message.thread
    WHERE message.citizen = OLD.citizen AND message.id = OLD.message
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of message_content is refused: facts are appended, never altered');
END;
CREATE TRIGGER document_name_is_kept_from_delete BEFORE DELETE ON document_name
WHEN NOT EXISTS (
    SELECT 1 FROM document JOIN rectification ON rectification.citizen = document.citizen AND rectification.message = document.message
    WHERE document.citizen = OLD.citizen AND document.id = OLD.document
) AND NOT EXISTS (
    SELECT 1 FROM document JOIN message ON message.citizen = document.citizen AND message.id = document.message
        JOIN purged_thread ON purged_thread.citizen = message.citizen AND purged_thread.id = message.thread
    WHERE document.citizen = OLD.citizen AND document.id = OLD.document
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of document_name is refused: facts are appended, never altered');
END;
CREATE TRIGGER document_content_is_kept_from_delete BEFORE DELETE ON document_content
WHEN EXISTS (
    SELECT 1 FROM document JOIN document_name ON document_name.citizen = document.citizen AND document_name.document = document.id
    WHERE document.citizen = OLD.citizen AND document.sha256 = OLD.sha256
) BEGIN
    SELECT RAISE(ABORT, 'DELETE of document_content is refused: facts are appended, never altered');
END;
