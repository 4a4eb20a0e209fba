-- Many citizens and messages at once: 64 job centres and 64 a-kasser, each citizen with one of each, each message from its job centre.
-- Identifiers and instants are those the service would give.
SET statement_timeout = 0;
SET synchronous_commit = off;
BEGIN;

INSERT INTO organisation (key, name, cvr)
SELECT '8/' || (70001 + n), 'Jobcenter ' || n, (80000000 + n)::text FROM generate_series(0, 63) AS n
UNION ALL SELECT '2/' || (1001 + n), 'A-kasse ' || n, (81000000 + n)::text FROM generate_series(0, 63) AS n;

INSERT INTO citizen (key, cpr, cv_number, name, contact_group, email, mobile)
SELECT ('0b00000000007000800000' || lpad(to_hex(n), 10, '0'))::uuid,
       lpad((1 + n % 28)::text, 2, '0') || lpad((1 + n / 28 % 12)::text, 2, '0') || (50 + n / 336 % 50) || (1000 + n / 16800),
       'CV' || (1000000 + n), 'Borger ' || n, 1, 'borger' || n || '@example.dk', '+45' || (30000000 + n)
FROM generate_series(0, {citizens} - 1) AS n;

INSERT INTO relation (citizen, organisation, kind, valid_from, valid_to)
SELECT ('0b00000000007000800000' || lpad(to_hex(n), 10, '0'))::uuid, organisation, 'own', '2020-01-01', '2100-07-01'
FROM generate_series(0, {citizens} - 1) AS n, LATERAL (VALUES ('2/' || (1001 + n % 64)), ('8/' || (70001 + n % 64))) AS of (organisation);

CREATE TEMP TABLE sent ON COMMIT DROP AS
SELECT n / {each} AS c, ('0b00000000007000800000' || lpad(to_hex(n / {each}), 10, '0'))::uuid AS citizen,
       (lpad(to_hex(at), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid AS message,
       (lpad(to_hex(at), 12, '0') || '70018000' || lpad(to_hex(n), 12, '0'))::uuid AS thread,
       (lpad(to_hex(at), 12, '0') || '70028000' || lpad(to_hex(n), 12, '0'))::uuid AS delivery,
       to_timestamp(at / 1000.0) AS at
FROM generate_series(0, {citizens} * {each} - 1) AS n, LATERAL (VALUES ({now}::bigint - {citizens} * {each} + n % {each} * {citizens} + n / {each})) AS t (at);

INSERT INTO thread (citizen, id, context, channel, first_message, created_at)
SELECT citizen, thread, 1, 3, message, at FROM sent;

INSERT INTO message (citizen, id, thread, context, channel, reply_allowed, document_count, created_at, sender, recipient,
                     from_kind, from_identifier, from_name, from_organisation_type, from_organisation_code,
                     to_kind, to_identifier, to_name, to_organisation_type)
SELECT citizen, message, thread, 1, 3, true, 0, at, '8/' || (70001 + c % 64), 'citizen',
       2, 'RID-1', 'Jytte Jobcenter', 8, (70001 + c % 64)::text, 1, 'CV' || (1000000 + c), 'Borger ' || c, 8
FROM sent;

INSERT INTO message_content (citizen, message, title, text)
SELECT citizen, message, 'Husk din joblog',
       'Kære Borger ' || c || ', husk at opdatere din joblog inden fredag, så vi kan tale om den, når vi ses. Du finder den på Jobnet under Min side. '
       || 'Har du spørgsmål, så skriv til os her. Venlig hilsen Jobcentret'
FROM sent;

INSERT INTO delivery (citizen, message, channel, id, state)
SELECT citizen, message, 3, delivery, 2 FROM sent;

COMMIT;
