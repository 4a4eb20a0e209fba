-- Answers kept for requests that come again (M20). key is a hash over system, organisation and the sender's identifier, content one over
-- operation and body; answer is the envelope that left. Kept seven days, then forgotten; never changed.

CREATE TABLE answered_request (
    key bytea NOT NULL PRIMARY KEY,
    content bytea NOT NULL,
    citizen uuid NOT NULL,
    message uuid NOT NULL,
    answered_at timestamptz NOT NULL,
    answer bytea NOT NULL
);
CREATE INDEX answered_request_message ON answered_request (citizen, message);
CREATE INDEX answered_request_age ON answered_request (answered_at);

CREATE TRIGGER answered_request_is_not_changed BEFORE UPDATE ON answered_request EXECUTE FUNCTION keep_fact();
