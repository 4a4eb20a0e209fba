-- A number that moves with every change to what admits a caller, whoever makes it: who was admitted a moment ago is admitted again without
-- reading it all, and the commit of the call looks whether the number is still the same (S1). It is of this database alone.

CREATE TABLE __agreement_version (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;

INSERT INTO __agreement_version VALUES (1, 1);

CREATE TRIGGER agreement_came AFTER INSERT ON agreement
BEGIN UPDATE __agreement_version SET version = version + 1 WHERE id = 1; END;

CREATE TRIGGER agreement_changed AFTER UPDATE ON agreement
BEGIN UPDATE __agreement_version SET version = version + 1 WHERE id = 1; END;

CREATE TRIGGER agreement_went AFTER DELETE ON agreement
BEGIN UPDATE __agreement_version SET version = version + 1 WHERE id = 1; END;

CREATE TRIGGER organisation_came AFTER INSERT ON organisation
BEGIN UPDATE __agreement_version SET version = version + 1 WHERE id = 1; END;

CREATE TRIGGER organisation_changed AFTER UPDATE ON organisation
BEGIN UPDATE __agreement_version SET version = version + 1 WHERE id = 1; END;

CREATE TRIGGER organisation_went AFTER DELETE ON organisation
BEGIN UPDATE __agreement_version SET version = version + 1 WHERE id = 1; END;
