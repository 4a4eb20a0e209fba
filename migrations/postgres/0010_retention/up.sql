-- How long threads are kept, what holds them back, and what stays of those that are gone (S7).

-- period: '30 days', '18 months', '5 years'. Contexts without a row: five years, no release.
CREATE TABLE retention (
    context integer NOT NULL PRIMARY KEY,
    period TEXT NOT NULL,
    archive_release boolean NOT NULL
);

-- Threads of the citizen in which nothing happened on or after the day were released to the archive.
CREATE TABLE archive_release (
    citizen uuid NOT NULL PRIMARY KEY,
    inactive_before date NOT NULL
);

-- Nothing about the citizen is purged as long as a row stands here.
CREATE TABLE legal_hold (
    citizen uuid NOT NULL,
    reason text NOT NULL,
    held_at timestamptz NOT NULL,
    PRIMARY KEY (citizen, reason)
);

-- That a thread was purged is a fact of its own: only beside it the others may be removed.
CREATE TABLE purged_thread (
    citizen uuid NOT NULL,
    id uuid NOT NULL,
    context integer NOT NULL,
    purged_at timestamptz NOT NULL,
    PRIMARY KEY (citizen, id)
);

-- Whoever asks for a purged document is told that it was there; sender and recipient of its message say who may know.
CREATE TABLE purged_document (
    citizen uuid NOT NULL,
    id uuid NOT NULL,
    sender text NOT NULL,
    recipient text NOT NULL,
    PRIMARY KEY (citizen, id)
);

CREATE FUNCTION keep_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM legal_hold WHERE citizen = NEW.citizen) THEN
        RAISE EXCEPTION 'the citizen is under a legal hold: nothing is purged';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER purged_thread_is_not_held BEFORE INSERT ON purged_thread FOR EACH ROW EXECUTE FUNCTION keep_held();
CREATE TRIGGER purged_thread_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON purged_thread EXECUTE FUNCTION keep_fact();
CREATE TRIGGER purged_document_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON purged_document EXECUTE FUNCTION keep_fact();

-- Removed with their thread, and not before; title, text and file names with the rectification of their message, too;
-- a document's bytes when no document of the citizen has them any more.
CREATE FUNCTION keep_until_purged() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_message uuid;
    of_thread uuid;
BEGIN
    IF TG_TABLE_NAME = 'thread' THEN
        of_thread := OLD.id;
    ELSIF TG_TABLE_NAME = 'message' THEN
        of_thread := OLD.thread;
    ELSIF TG_TABLE_NAME = 'document_name' THEN
        SELECT message INTO of_message FROM document WHERE citizen = OLD.citizen AND id = OLD.document;
    ELSE
        of_message := OLD.message;
    END IF;
    IF TG_TABLE_NAME IN ('message_content', 'document_name')
        AND EXISTS (SELECT 1 FROM rectification WHERE citizen = OLD.citizen AND message = of_message) THEN
        RETURN OLD;
    END IF;
    IF of_message IS NOT NULL THEN
        SELECT thread INTO of_thread FROM message WHERE citizen = OLD.citizen AND id = of_message;
    END IF;
    IF EXISTS (SELECT 1 FROM purged_thread WHERE citizen = OLD.citizen AND id = of_thread) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% of % is refused: facts are appended, never altered', TG_OP, TG_TABLE_NAME;
END
$$;
CREATE FUNCTION keep_while_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM document JOIN document_name ON document_name.citizen = document.citizen AND document_name.document = document.id
        WHERE document.citizen = OLD.citizen AND document.sha256 = OLD.sha256
    ) THEN
        RAISE EXCEPTION '% of % is refused: facts are appended, never altered', TG_OP, TG_TABLE_NAME;
    END IF;
    RETURN OLD;
END
$$;
DROP TRIGGER thread_is_kept ON thread;
CREATE TRIGGER thread_is_not_changed BEFORE UPDATE OR TRUNCATE ON thread EXECUTE FUNCTION keep_fact();
CREATE TRIGGER thread_is_kept BEFORE DELETE ON thread FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
DROP TRIGGER message_is_kept ON message;
CREATE TRIGGER message_is_not_changed BEFORE UPDATE OR TRUNCATE ON message EXECUTE FUNCTION keep_fact();
CREATE TRIGGER message_is_kept BEFORE DELETE ON message FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
DROP TRIGGER document_is_kept ON document;
CREATE TRIGGER document_is_not_changed BEFORE UPDATE OR TRUNCATE ON document EXECUTE FUNCTION keep_fact();
CREATE TRIGGER document_is_kept BEFORE DELETE ON document FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
DROP TRIGGER reading_is_kept ON reading;
CREATE TRIGGER reading_is_not_changed BEFORE UPDATE OR TRUNCATE ON reading EXECUTE FUNCTION keep_fact();
CREATE TRIGGER reading_is_kept BEFORE DELETE ON reading FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
DROP TRIGGER rectification_is_kept ON rectification;
CREATE TRIGGER rectification_is_not_changed BEFORE UPDATE OR TRUNCATE ON rectification EXECUTE FUNCTION keep_fact();
CREATE TRIGGER rectification_is_kept BEFORE DELETE ON rectification FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
CREATE TRIGGER message_content_is_not_emptied BEFORE TRUNCATE ON message_content EXECUTE FUNCTION keep_fact();
CREATE TRIGGER message_content_is_kept BEFORE DELETE ON message_content FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
CREATE TRIGGER document_name_is_not_emptied BEFORE TRUNCATE ON document_name EXECUTE FUNCTION keep_fact();
CREATE TRIGGER document_name_is_kept BEFORE DELETE ON document_name FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
CREATE TRIGGER document_content_is_not_emptied BEFORE TRUNCATE ON document_content EXECUTE FUNCTION keep_fact();
CREATE TRIGGER document_content_is_kept BEFORE DELETE ON document_content FOR EACH ROW EXECUTE FUNCTION keep_while_named();
CREATE TRIGGER delivery_is_not_emptied BEFORE TRUNCATE ON delivery EXECUTE FUNCTION keep_fact();
CREATE TRIGGER delivery_is_kept BEFORE DELETE ON delivery FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
CREATE TRIGGER delivery_outcome_is_not_emptied BEFORE TRUNCATE ON delivery_outcome EXECUTE FUNCTION keep_fact();
CREATE TRIGGER delivery_outcome_is_kept BEFORE DELETE ON delivery_outcome FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
CREATE TRIGGER delivery_attempt_is_not_emptied BEFORE TRUNCATE ON delivery_attempt EXECUTE FUNCTION keep_fact();
CREATE TRIGGER delivery_attempt_is_kept BEFORE DELETE ON delivery_attempt FOR EACH ROW EXECUTE FUNCTION keep_until_purged();
