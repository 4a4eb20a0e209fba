DROP TABLE audit_citizen;
DROP TABLE audit_head;
