-- One job centre's inbox as it is after years: beside each message to a citizen one from an a-kasse about them, a minute apart, all read but twenty.
SET statement_timeout = 0;
SET synchronous_commit = off;
BEGIN;

CREATE TEMP TABLE came ON COMMIT DROP AS
SELECT n, citizen, thread, (lpad(to_hex(at), 12, '0') || '70038000' || lpad(to_hex(n), 12, '0'))::uuid AS message, to_timestamp(at / 1000.0) AS at
FROM (SELECT row_number() OVER (ORDER BY id) AS n, citizen, thread FROM message) AS one,
     LATERAL (VALUES ({now}::bigint - 60000 * ({citizens} * {each} - n))) AS t (at);

INSERT INTO message (citizen, id, thread, context, channel, reply_allowed, document_count, created_at, sender, recipient,
                     from_kind, from_identifier, from_name, from_organisation_type, from_organisation_code,
                     to_kind, to_identifier, to_name, to_organisation_type, to_organisation_code)
SELECT citizen, message, thread, 1, 4, true, 0, at, '2/1001', '8/70001',
       2, 'RID-2', 'Anne A-kasse', 2, '1001', 2, 'RID-1', 'Jytte Jobcenter', 8, '70001'
FROM came;

INSERT INTO message_content (citizen, message, title, text)
SELECT citizen, message, 'Om joblog', 'Borgeren har opdateret sin joblog, og vi har talt om den. Venlig hilsen a-kassen' FROM came;

INSERT INTO reading (citizen, message, reader, read_at)
SELECT citizen, message, '8/70001', at FROM came WHERE n % ({citizens} * {each} / 20) <> 0;

COMMIT;
