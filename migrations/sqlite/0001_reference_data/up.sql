-- What authorities register elsewhere and an operator imports: citizens, organisations, relations, agreements, code lists.
-- Instants are microseconds since 1970 in UTC, dates are text, identifiers are the 16 bytes of the uuid.
-- An organisation is written as 'type/code', for example '8/90101'.

CREATE TABLE citizen (
    key BLOB NOT NULL PRIMARY KEY,
    cpr TEXT NOT NULL UNIQUE,
    cv_number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    contact_group INTEGER NOT NULL,
    email TEXT,
    mobile TEXT,
    dead_on TEXT
) WITHOUT ROWID, STRICT;

CREATE TABLE organisation (
    key TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    cvr TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE relation (
    citizen BLOB NOT NULL,
    organisation TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('own', 'former', 'guest', 'other_actor_own', 'other_actor_guest')),
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (citizen, organisation, kind, valid_from)
) WITHOUT ROWID, STRICT;

CREATE TABLE agreement (
    cvr TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    organisation TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    system TEXT NOT NULL,
    PRIMARY KEY (cvr, subject_id, organisation, valid_from)
) WITHOUT ROWID, STRICT;

CREATE TABLE code_list_item (
    list TEXT NOT NULL,
    code INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (list, code)
) WITHOUT ROWID, STRICT;
