-- Answers kept for requests that come again (M20). key is a hash over system, organisation and the sender's identifier, content one over
-- operation and body; answer is the envelope that left. Kept seven days, then forgotten; never changed.

CREATE TABLE answered_request (
    key BLOB NOT NULL PRIMARY KEY,
    content BLOB NOT NULL,
    citizen BLOB NOT NULL,
    message BLOB NOT NULL,
    answered_at INTEGER NOT NULL,
    answer BLOB NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX answered_request_message ON answered_request (citizen, message);
CREATE INDEX answered_request_age ON answered_request (answered_at);

CREATE TRIGGER answered_request_is_not_changed BEFORE UPDATE ON answered_request BEGIN
    SELECT RAISE(ABORT, 'UPDATE of answered_request is refused: facts are appended, never altered');
END;
