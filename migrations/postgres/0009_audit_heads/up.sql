-- What the chains of the audit need to be judged and searched (S5, S6).

-- The last record of every chain, signed with a key outside the database: a chain that was cut off ends before its head.
CREATE TABLE audit_head (
    chain uuid NOT NULL PRIMARY KEY,
    number bigint NOT NULL,
    seal bytea NOT NULL,
    signature bytea NOT NULL
) WITH (fillfactor = 50);

-- Citizens whose messages an inbox showed, where a record is not about one citizen. The seal of the record covers them.
CREATE TABLE audit_citizen (
    citizen_hash bytea NOT NULL,
    chain uuid NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (citizen_hash, chain, number)
);
CREATE INDEX audit_citizen_record ON audit_citizen (chain, number);

CREATE TRIGGER audit_citizen_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_citizen EXECUTE FUNCTION keep_fact();
