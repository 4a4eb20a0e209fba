-- What authorities register elsewhere and an operator imports: citizens, organisations, relations, agreements, code lists.
-- An organisation is written as 'type/code', for example '8/90101'.

CREATE TABLE citizen (
    key uuid NOT NULL PRIMARY KEY,
    cpr text NOT NULL UNIQUE,
    cv_number text NOT NULL UNIQUE,
    name text NOT NULL,
    contact_group integer NOT NULL,
    email text,
    mobile text,
    dead_on date
);

CREATE TABLE organisation (
    key text NOT NULL PRIMARY KEY,
    name text NOT NULL,
    cvr text NOT NULL
);

CREATE TABLE relation (
    citizen uuid NOT NULL,
    organisation text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('own', 'former', 'guest', 'other_actor_own', 'other_actor_guest')),
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    reason text,
    PRIMARY KEY (citizen, organisation, kind, valid_from)
);

CREATE TABLE agreement (
    cvr text NOT NULL,
    subject_id text NOT NULL,
    organisation text NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    system text NOT NULL,
    PRIMARY KEY (cvr, subject_id, organisation, valid_from)
);

CREATE TABLE code_list_item (
    list text NOT NULL,
    code integer NOT NULL,
    name text NOT NULL,
    description text,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (list, code)
);
