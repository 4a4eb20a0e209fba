DROP TABLE queue_subscription;
DROP TABLE queue_sequence;
DROP TABLE queue_event;

CREATE TABLE queue_event (
    position INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    id BLOB NOT NULL,
    recipient TEXT NOT NULL,
    kind INTEGER NOT NULL,
    citizen BLOB NOT NULL,
    message BLOB NOT NULL,
    thread BLOB NOT NULL,
    context INTEGER NOT NULL,
    channel INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_event_recipient ON queue_event (recipient, position);

CREATE TRIGGER queue_event_is_not_changed BEFORE UPDATE ON queue_event BEGIN
    SELECT RAISE(ABORT, 'UPDATE of queue_event is refused: facts are appended, never altered');
END;
