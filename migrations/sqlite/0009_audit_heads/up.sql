-- What the chains of the audit need to be judged and searched (S5, S6).

-- The last record of every chain, signed with a key outside the database: a chain that was cut off ends before its head.
CREATE TABLE audit_head (
    chain BLOB NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    seal BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Citizens whose messages an inbox showed, where a record is not about one citizen. The seal of the record covers them.
CREATE TABLE audit_citizen (
    citizen_hash BLOB NOT NULL,
    chain BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (citizen_hash, chain, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_citizen_record ON audit_citizen (chain, number);

CREATE TRIGGER audit_citizen_is_kept_from_update BEFORE UPDATE ON audit_citizen BEGIN
    SELECT RAISE(ABORT, 'UPDATE of audit_citizen is refused: facts are appended, never altered');
END;
CREATE TRIGGER audit_citizen_is_kept_from_delete BEFORE DELETE ON audit_citizen BEGIN
    SELECT RAISE(ABORT, 'DELETE of audit_citizen is refused: facts are appended, never altered');
END;
