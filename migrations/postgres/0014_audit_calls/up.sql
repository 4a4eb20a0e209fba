-- No statement looks a record up by its call; every record of every call paid for the index.
DROP INDEX audit_record_call;
