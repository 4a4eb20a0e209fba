DROP TRIGGER agreement_came;
DROP TRIGGER agreement_changed;
DROP TRIGGER agreement_went;
DROP TRIGGER organisation_came;
DROP TRIGGER organisation_changed;
DROP TRIGGER organisation_went;
DROP TABLE __agreement_version;
