-- A number that moves with every change to what admits a caller, whoever makes it: who was admitted a moment ago is admitted again without
-- reading it all, and the commit of the call looks whether the number is still the same (S1). It is of this database alone.

CREATE TABLE __agreement_version (
    id int NOT NULL PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL
);

INSERT INTO __agreement_version VALUES (1, 1);

-- The steps are random: where a standby takes over that has not heard of the last change, its next one does not come to the same number.
CREATE FUNCTION count_agreement_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE __agreement_version SET version = version + 1 + (random() * 1000000000)::bigint WHERE id = 1;
    RETURN NULL;
END $$;

CREATE TRIGGER agreement_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON agreement
    FOR EACH STATEMENT EXECUTE FUNCTION count_agreement_change();
-- Also where rows come as a replica gets them.
ALTER TABLE agreement ENABLE ALWAYS TRIGGER agreement_changed;

CREATE TRIGGER organisation_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organisation
    FOR EACH STATEMENT EXECUTE FUNCTION count_agreement_change();
ALTER TABLE organisation ENABLE ALWAYS TRIGGER organisation_changed;
