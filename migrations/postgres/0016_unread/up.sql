-- What is addressed to an authority and has not been read by it, whoever stores or reads it: an inbox of which only the unread is wanted costs
-- what is unread, not what was ever sent. Kept by triggers; it follows from message and reading, and is not moved to another database.
-- What the citizen has not read is looked for among the citizen's own messages.

CREATE TABLE __unread (
    recipient text NOT NULL,
    message uuid NOT NULL,
    citizen uuid NOT NULL,
    PRIMARY KEY (recipient, message)
);

INSERT INTO __unread
    SELECT recipient, id, citizen FROM message
    WHERE recipient NOT IN ('citizen', sender)
        AND NOT EXISTS (SELECT 1 FROM reading WHERE reading.citizen = message.citizen AND reading.message = message.id AND reader = recipient);
-- Until somebody counts them, a plan would expect more unread messages than there are messages.
ANALYZE __unread;

-- A few rows come or go, and each is looked for by its key, whatever was true of the tables when the statements were planned.
CREATE FUNCTION list_unread() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF TG_TABLE_NAME = 'reading' THEN
        DELETE FROM __unread USING changed WHERE __unread.recipient = changed.reader AND __unread.message = changed.message;
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM __unread USING changed WHERE __unread.recipient = changed.recipient AND __unread.message = changed.id;
    ELSE
        -- An archive that is moved may bring a reading before its message.
        INSERT INTO __unread
            SELECT recipient, id, citizen FROM changed
            WHERE recipient NOT IN ('citizen', sender)
                AND NOT EXISTS (SELECT 1 FROM reading WHERE reading.citizen = changed.citizen AND reading.message = changed.id AND reader = recipient);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER message_came AFTER INSERT ON message REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION list_unread();
CREATE TRIGGER message_went AFTER DELETE ON message REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION list_unread();
CREATE TRIGGER reading_came AFTER INSERT ON reading REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION list_unread();
