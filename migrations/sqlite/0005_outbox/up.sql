-- What waits to be carried out by e-mail and SMS: a list of work, not of facts (D1). A row leaves it with the outcome.
-- kind: 1 the message or a notice of it, 2 a reminder. queued_at is when it was first due; attempts counts every time a process took the row;
-- owner and leased_until say which process has it now, and from when on another may take it.

CREATE TABLE outbox (
    citizen BLOB NOT NULL,
    id BLOB NOT NULL,
    message BLOB NOT NULL,
    channel INTEGER NOT NULL,
    kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
    queued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    owner BLOB,
    leased_until INTEGER,
    PRIMARY KEY (citizen, id)
) WITHOUT ROWID, STRICT;
-- The worker's look at what is due: an index that does not start with the citizen.
CREATE INDEX outbox_due ON outbox (channel, due_at);
-- A reminder that already waits is not queued again (D4).
CREATE UNIQUE INDEX outbox_reminder ON outbox (citizen, message, channel) WHERE kind = 2;

-- What came of each attempt. state as in delivery: 1 to be tried again, 2 delivered, 3 given up; reason and status name nobody.
CREATE TABLE delivery_attempt (
    citizen BLOB NOT NULL,
    delivery BLOB NOT NULL,
    number INTEGER NOT NULL,
    message BLOB NOT NULL,
    channel INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (1, 2, 3)),
    reason INTEGER,
    status INTEGER,
    ended_at INTEGER NOT NULL,
    PRIMARY KEY (citizen, delivery, number)
) WITHOUT ROWID, STRICT;

CREATE TRIGGER delivery_attempt_is_not_changed BEFORE UPDATE ON delivery_attempt BEGIN
    SELECT RAISE(ABORT, 'UPDATE of delivery_attempt is refused: facts are appended, never altered');
END;

INSERT INTO outbox (citizen, id, message, channel, kind, queued_at, due_at, attempts)
SELECT delivery.citizen, delivery.id, delivery.message, delivery.channel, 1, message.created_at, message.created_at, 0
FROM delivery JOIN message ON message.citizen = delivery.citizen AND message.id = delivery.message
WHERE delivery.state = 1 AND NOT EXISTS (
    SELECT 1 FROM delivery_outcome WHERE delivery_outcome.citizen = delivery.citizen
        AND delivery_outcome.message = delivery.message AND delivery_outcome.channel = delivery.channel
);
