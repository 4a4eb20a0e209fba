-- One record per call (S5). Every writing process has a chain of its own; number counts its records from 1.
-- seal is a keyed hash over the seal before and all columns of the record: a changed, removed or moved record breaks the chain.

CREATE TABLE audit_record (
    chain uuid NOT NULL,
    number bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    call uuid NOT NULL,
    certificate text,
    system text,
    organisation text,
    acting_user text,
    acting_organisation text,
    operation text,
    citizen_hash bytea,
    citizen_encrypted bytea,
    objects text NOT NULL,
    criterion text,
    outcome integer NOT NULL,
    seal bytea NOT NULL,
    PRIMARY KEY (chain, number)
);
CREATE INDEX audit_record_citizen ON audit_record (citizen_hash, recorded_at) WHERE citizen_hash IS NOT NULL;
CREATE INDEX audit_record_call ON audit_record (call);

CREATE TRIGGER audit_record_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record EXECUTE FUNCTION keep_fact();
