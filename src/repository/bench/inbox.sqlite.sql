-- One job centre's inbox as it is after years: beside each message to a citizen one from an a-kasse about them, a minute apart, all read but twenty.
PRAGMA synchronous = OFF;
BEGIN IMMEDIATE;

CREATE TEMP TABLE came AS
SELECT n, citizen, thread, unhex(printf('%012x70038000%012x', {now} - 60000 * ({citizens} * {each} - n), n)) AS message,
       ({now} - 60000 * ({citizens} * {each} - n)) * 1000 AS at
FROM (SELECT row_number() OVER (ORDER BY id) AS n, citizen, thread FROM message);

INSERT INTO message (citizen, id, thread, context, channel, reply_allowed, document_count, created_at, sender, recipient,
                     from_kind, from_identifier, from_name, from_organisation_type, from_organisation_code,
                     to_kind, to_identifier, to_name, to_organisation_type, to_organisation_code)
SELECT citizen, message, thread, 1, 4, 1, 0, at, '2/1001', '8/70001',
       2, 'RID-2', 'Anne A-kasse', 2, '1001', 2, 'RID-1', 'Jytte Jobcenter', 8, '70001'
FROM came ORDER BY citizen, message;

INSERT INTO message_content (citizen, message, title, text)
SELECT citizen, message, 'Om joblog', 'Borgeren har opdateret sin joblog, og vi har talt om den. Venlig hilsen a-kassen' FROM came;

INSERT INTO reading (citizen, message, reader, read_at)
SELECT citizen, message, '8/70001', at FROM came WHERE n % ({citizens} * {each} / 20) <> 0 ORDER BY citizen, message;

DROP TABLE came;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
