CREATE INDEX audit_record_call ON audit_record (call);
