DROP TRIGGER agreement_changed ON agreement;
DROP TRIGGER organisation_changed ON organisation;
DROP FUNCTION count_agreement_change();
DROP TABLE __agreement_version;
