-- What is addressed to an authority and has not been read by it, whoever stores or reads it: an inbox of which only the unread is wanted costs
-- what is unread, not what was ever sent. Kept by triggers; it follows from message and reading, and is not moved to another database.
-- What the citizen has not read is looked for among the citizen's own messages.

CREATE TABLE __unread (
    recipient TEXT NOT NULL,
    message BLOB NOT NULL,
    citizen BLOB NOT NULL,
    PRIMARY KEY (recipient, message)
) STRICT, WITHOUT ROWID;

INSERT INTO __unread
    SELECT recipient, id, citizen FROM message
    WHERE recipient NOT IN ('citizen', sender)
        AND NOT EXISTS (SELECT 1 FROM reading WHERE reading.citizen = message.citizen AND reading.message = message.id AND reader = recipient);

-- An archive that is moved may bring a reading before its message.
CREATE TRIGGER message_came AFTER INSERT ON message WHEN NEW.recipient NOT IN ('citizen', NEW.sender)
BEGIN
    INSERT INTO __unread
        SELECT NEW.recipient, NEW.id, NEW.citizen
        WHERE NOT EXISTS (SELECT 1 FROM reading WHERE citizen = NEW.citizen AND message = NEW.id AND reader = NEW.recipient);
END;

CREATE TRIGGER message_went AFTER DELETE ON message
BEGIN DELETE FROM __unread WHERE recipient = OLD.recipient AND message = OLD.id; END;

CREATE TRIGGER reading_came AFTER INSERT ON reading
BEGIN DELETE FROM __unread WHERE recipient = NEW.reader AND message = NEW.message; END;
