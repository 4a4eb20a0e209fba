-- The queue of an authority can be read: sequences (Q1 to Q3), who caused an event, and who wants to hear of its citizens (M21).
-- Nobody could read the queue before this migration, so it begins anew.

DROP TABLE queue_event;

-- acted_at is the acting user's own time, acted_offset its seconds east of UTC. sequence is the open sequence that has the event: one at most.
CREATE TABLE queue_event (
    position INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    id BLOB NOT NULL,
    recipient TEXT NOT NULL,
    kind INTEGER NOT NULL,
    citizen BLOB NOT NULL,
    message BLOB NOT NULL,
    thread BLOB NOT NULL,
    context INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    authority TEXT NOT NULL,
    user_kind INTEGER NOT NULL,
    user_identifier TEXT NOT NULL,
    user_name TEXT NOT NULL,
    user_organisation TEXT NOT NULL,
    acted_at INTEGER NOT NULL,
    acted_offset INTEGER NOT NULL,
    sequence BLOB
) STRICT;
-- What waits, in order; indexes that do not start with the citizen: the queue is the authority's.
CREATE INDEX queue_event_waiting ON queue_event (recipient, position) WHERE sequence IS NULL;
-- What open sequences have of a citizen: nothing later of the same citizen may be taken (Q3).
CREATE INDEX queue_event_taken ON queue_event (recipient, citizen, position) WHERE sequence IS NOT NULL;
CREATE INDEX queue_event_sequence ON queue_event (sequence, position) WHERE sequence IS NOT NULL;

-- An event goes when it is acknowledged; until then only the sequence that has it changes.
CREATE TRIGGER queue_event_is_not_changed BEFORE UPDATE OF position, id, recipient, kind, citizen, message, thread, context, channel, queued_at,
    authority, user_kind, user_identifier, user_name, user_organisation, acted_at, acted_offset ON queue_event
BEGIN
    SELECT RAISE(ABORT, 'UPDATE of queue_event is refused: facts are appended, never altered');
END;

-- Open sequences: a row goes when its sequence ends. sub_queue is empty for the main queue. The key that is unique is rule Q1.
CREATE TABLE queue_sequence (
    id BLOB NOT NULL PRIMARY KEY,
    system TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sub_queue TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    UNIQUE (recipient, system, sub_queue)
) WITHOUT ROWID, STRICT;

CREATE TABLE queue_subscription (
    organisation TEXT NOT NULL PRIMARY KEY,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL
) WITHOUT ROWID, STRICT;
