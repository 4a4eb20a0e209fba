DROP TRIGGER delivery_is_kept_from_delete;
DROP TRIGGER delivery_outcome_is_kept_from_delete;
DROP TRIGGER delivery_attempt_is_kept_from_delete;
DROP TRIGGER message_content_is_kept_from_delete;
DROP TRIGGER document_name_is_kept_from_delete;
DROP TRIGGER document_content_is_kept_from_delete;
DROP TRIGGER thread_is_kept_from_delete;
DROP TRIGGER message_is_kept_from_delete;
DROP TRIGGER document_is_kept_from_delete;
DROP TRIGGER reading_is_kept_from_delete;
DROP TRIGGER rectification_is_kept_from_delete;
CREATE TRIGGER thread_is_kept_from_delete BEFORE DELETE ON thread BEGIN
    SELECT RAISE(ABORT, 'DELETE of thread is refused: facts are appended, never altered');
END;
CREATE TRIGGER message_is_kept_from_delete BEFORE DELETE ON message BEGIN
    SELECT RAISE(ABORT, 'DELETE of message is refused: facts are appended, never altered');
END;
CREATE TRIGGER document_is_kept_from_delete BEFORE DELETE ON document BEGIN
    SELECT RAISE(ABORT, 'DELETE of document is refused: facts are appended, never altered');
END;
CREATE TRIGGER reading_is_kept_from_delete BEFORE DELETE ON reading BEGIN
    SELECT RAISE(ABORT, 'DELETE of reading is refused: facts are appended, never altered');
END;
CREATE TRIGGER rectification_is_kept_from_delete BEFORE DELETE ON rectification BEGIN
    SELECT RAISE(ABORT, 'DELETE of rectification is refused: facts are appended, never altered');
END;
DROP TABLE purged_document;
DROP TABLE purged_thread;
DROP TABLE legal_hold;
DROP TABLE archive_release;
DROP TABLE retention;
