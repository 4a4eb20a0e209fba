-- Many rows in every large table, so that PostgreSQL plans as it would in service: 2,000 citizens with 20 messages each, to 256 recipients.
INSERT INTO citizen SELECT gen_random_uuid(), 'p' || lpad(i::text, 9, '0'), 'p' || lpad(i::text, 8, '0'), 'Navn ' || i, 1, NULL, NULL, NULL FROM generate_series(1, 2000) i;
CREATE TEMP TABLE sent AS
    SELECT citizen.key AS citizen, gen_random_uuid() AS id, gen_random_uuid() AS thread, gen_random_uuid() AS document, n,
        now() - n * interval '1 hour' AS at, '8/' || (90000 + (hashtext(citizen.key::text || n) & 255)) AS recipient,
        decode(md5(citizen.key::text || n), 'hex') AS sha256
    FROM citizen CROSS JOIN generate_series(1, 20) n;
INSERT INTO relation SELECT key, '8/90101', 'own', '2020-01-01', '2100-01-01', NULL FROM citizen ON CONFLICT DO NOTHING;
INSERT INTO thread SELECT citizen, thread, 1, 4, id, at FROM sent;
INSERT INTO message SELECT citizen, id, thread, CASE WHEN n % 5 = 0 THEN id END, 1, 4, true, 1, at, '2/81', recipient, 1, 'RID:1', 'Navn', 2, '81', NULL, NULL, NULL,
    1, 'RID:2', 'Navn', 8, '90101', CASE WHEN n % 9 = 0 THEN lpad((n * 7919 % 5000)::text, 8, '0') END, NULL, NULL FROM sent;
INSERT INTO message_content SELECT citizen, id, 'Titel', repeat('Tekst ', 100) FROM sent;
INSERT INTO document SELECT citizen, document, id, 'application/pdf', 16, sha256 FROM sent;
INSERT INTO document_name SELECT citizen, document, 'navn.pdf' FROM sent;
INSERT INTO document_content SELECT citizen, sha256, sha256 FROM sent;
INSERT INTO reading SELECT citizen, id, recipient, at FROM sent WHERE n % 4 <> 0;
INSERT INTO rectification SELECT citizen, id, '2/81', 'Fejl', at FROM sent WHERE n % 3 = 0;
INSERT INTO delivery SELECT citizen, id, 4, id, 2 FROM sent;
INSERT INTO delivery_outcome SELECT citizen, id, 4, 2, at FROM sent;
INSERT INTO delivery_attempt SELECT citizen, id, 1, id, 4, 1, 2, NULL, NULL, at FROM sent;
INSERT INTO queue_event (id, recipient, kind, citizen, message, thread, context, channel, queued_at, authority, user_kind, user_identifier, user_name,
    user_organisation, acted_at, acted_offset, sequence)
    SELECT id, '8/' || (10000 + row_number() OVER () % 400), 1, citizen, id, thread, 1, 4, at, '2/81', 2, 'RID:1', 'Navn', '2/81', at, 0,
        CASE WHEN n = 1 THEN gen_random_uuid() END FROM sent;
INSERT INTO audit_record SELECT citizen, n, at, gen_random_uuid(), NULL, NULL, NULL, NULL, NULL, NULL, sha256, NULL, '', NULL, 0, sha256 FROM sent;
INSERT INTO audit_citizen SELECT sha256, citizen, n FROM sent;
INSERT INTO answered_request SELECT sha256, sha256, citizen, id, at, sha256 FROM sent;
INSERT INTO purged_thread SELECT citizen, gen_random_uuid(), 1, at FROM sent;
INSERT INTO purged_document SELECT citizen, gen_random_uuid(), '2/81', recipient FROM sent;
INSERT INTO archive_release SELECT key, '2020-01-01' FROM citizen ON CONFLICT DO NOTHING;
ANALYZE;
