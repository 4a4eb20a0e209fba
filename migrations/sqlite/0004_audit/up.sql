-- One record per call (S5). Every writing process has a chain of its own; number counts its records from 1.
-- seal is a keyed hash over the seal before and all columns of the record: a changed, removed or moved record breaks the chain.

CREATE TABLE audit_record (
    chain BLOB NOT NULL,
    number INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    call BLOB NOT NULL,
    certificate TEXT,
    system TEXT,
    organisation TEXT,
    acting_user TEXT,
    acting_organisation TEXT,
    operation TEXT,
    citizen_hash BLOB,
    citizen_encrypted BLOB,
    objects TEXT NOT NULL,
    criterion TEXT,
    outcome INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (chain, number)
) STRICT;
CREATE INDEX audit_record_citizen ON audit_record (citizen_hash, recorded_at) WHERE citizen_hash IS NOT NULL;
CREATE INDEX audit_record_call ON audit_record (call);

CREATE TRIGGER audit_record_is_kept_from_update BEFORE UPDATE ON audit_record BEGIN
    SELECT RAISE(ABORT, 'UPDATE of audit_record is refused: facts are appended, never altered');
END;
CREATE TRIGGER audit_record_is_kept_from_delete BEFORE DELETE ON audit_record BEGIN
    SELECT RAISE(ABORT, 'DELETE of audit_record is refused: facts are appended, never altered');
END;
