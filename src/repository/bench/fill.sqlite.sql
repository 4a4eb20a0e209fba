-- Many citizens and messages at once: 64 job centres and 64 a-kasser, each citizen with one of each, each message from its job centre.
-- Identifiers and instants are those the service would give; keys come in order, so that no index is sorted anew.
PRAGMA synchronous = OFF;
BEGIN IMMEDIATE;

WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 63)
INSERT INTO organisation (key, name, cvr)
SELECT '8/' || (70001 + n), 'Jobcenter ' || n, printf('%08d', 80000000 + n) FROM number
UNION ALL SELECT '2/' || (1001 + n), 'A-kasse ' || n, printf('%08d', 81000000 + n) FROM number;

WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < {citizens} - 1)
INSERT INTO citizen (key, cpr, cv_number, name, contact_group, email, mobile)
SELECT unhex(printf('0b00000000007000800000%010x', n)),
       printf('%02d%02d%02d%04d', 1 + n % 28, 1 + n / 28 % 12, 50 + n / 336 % 50, 1000 + n / 16800),
       'CV' || (1000000 + n), 'Borger ' || n, 1, 'borger' || n || '@example.dk', '+45' || (30000000 + n)
FROM number;

WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < {citizens} - 1)
INSERT INTO relation (citizen, organisation, kind, valid_from, valid_to)
SELECT unhex(printf('0b00000000007000800000%010x', n)), '2/' || (1001 + n % 64), 'own', '2020-01-01', '2100-07-01' FROM number
UNION ALL
SELECT unhex(printf('0b00000000007000800000%010x', n)), '8/' || (70001 + n % 64), 'own', '2020-01-01', '2100-07-01' FROM number;

CREATE TEMP TABLE sent AS
WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < {citizens} * {each} - 1)
SELECT n, n / {each} AS c, {now} - {citizens} * {each} + n % {each} * {citizens} + n / {each} AS at FROM number;

INSERT INTO thread (citizen, id, context, channel, first_message, created_at)
SELECT unhex(printf('0b00000000007000800000%010x', c)), unhex(printf('%012x70018000%012x', at, n)), 1, 3,
       unhex(printf('%012x70008000%012x', at, n)), at * 1000
FROM sent ORDER BY n;

INSERT INTO message (citizen, id, thread, context, channel, reply_allowed, document_count, created_at, sender, recipient,
                     from_kind, from_identifier, from_name, from_organisation_type, from_organisation_code,
                     to_kind, to_identifier, to_name, to_organisation_type)
SELECT unhex(printf('0b00000000007000800000%010x', c)), unhex(printf('%012x70008000%012x', at, n)), unhex(printf('%012x70018000%012x', at, n)),
       1, 3, 1, 0, at * 1000, '8/' || (70001 + c % 64), 'citizen',
       2, 'RID-1', 'Jytte Jobcenter', 8, '' || (70001 + c % 64), 1, 'CV' || (1000000 + c), 'Borger ' || c, 8
FROM sent ORDER BY n;

INSERT INTO message_content (citizen, message, title, text)
SELECT unhex(printf('0b00000000007000800000%010x', c)), unhex(printf('%012x70008000%012x', at, n)), 'Husk din joblog',
       'Kære Borger ' || c || ', husk at opdatere din joblog inden fredag, så vi kan tale om den, når vi ses. Du finder den på Jobnet under Min side. '
       || 'Har du spørgsmål, så skriv til os her. Venlig hilsen Jobcentret'
FROM sent ORDER BY n;

INSERT INTO delivery (citizen, message, channel, id, state)
SELECT unhex(printf('0b00000000007000800000%010x', c)), unhex(printf('%012x70008000%012x', at, n)), 3, unhex(printf('%012x70028000%012x', at, n)), 2
FROM sent ORDER BY n;

DROP TABLE sent;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
