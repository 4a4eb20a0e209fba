-- How much room messages take on PostgreSQL. Against an archive of its own, empty but for its tables:
--   dialogmodul import code-lists fixtures/demo/code-lists.tsv --database-url postgres://…/sizes --audit-key-file …
--   psql -q -f benches/sizes.postgres.sql postgres://…/sizes
-- It stores 100,000 messages of 10,000 citizens in the order of time, as CreateMessage of 2.9 kB does: thread, text of about 1,000 bytes, delivery,
-- the recipient's reading, the audit's record of the call; every tenth with a document of 64 kB.
\set ON_ERROR_STOP on
INSERT INTO citizen SELECT gen_random_uuid(), 'p' || lpad(i::text, 9, '0'), 'p' || lpad(i::text, 8, '0'), 'Navn Navnesen ' || i, 1,
    'borger' || i || '@example.dk', '+4520000000', NULL FROM generate_series(1, 10000) i;
CREATE TEMP TABLE people AS SELECT key, row_number() OVER (ORDER BY random()) AS i FROM citizen;
-- UUIDv7: milliseconds, then chance.
CREATE FUNCTION pg_temp.identifier(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS
    $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid $$;
CREATE TEMP TABLE sent AS
    SELECT n, key AS citizen, at, pg_temp.identifier(at) AS id, pg_temp.identifier(at) AS thread, pg_temp.identifier(at) AS extra
    FROM (SELECT n, now() - (100000 - n) * interval '5 minutes' AS at, 1 + (n * 7919::bigint) % 10000 AS i FROM generate_series(1, 100000) n) sends
    JOIN people USING (i) ORDER BY n;
INSERT INTO thread SELECT citizen, thread, 1, 4, id, at FROM sent ORDER BY n;
INSERT INTO message SELECT citizen, id, thread, NULL, 1, 4, true, (n % 10 = 0)::int, at, '2/81', '8/' || 90101 + n % 94, 2, 'RID-81-' || n % 9000, 'Anne Sagsbehandler',
    2, '81', NULL, NULL, NULL, 2, 'RID-90101-' || n % 900, 'Jytte Jobcenter', 8, (90101 + n % 94)::text, NULL, NULL, NULL FROM sent ORDER BY n;
INSERT INTO message_content SELECT citizen, id, 'Indkaldelse til samtale om din plan ' || n,
    (SELECT string_agg(substr(md5(n::text || part), 1, 24) || ' ', '') FROM generate_series(1, 40) part) FROM sent ORDER BY n;
INSERT INTO delivery SELECT citizen, id, 4, extra, 2 FROM sent ORDER BY n;
INSERT INTO reading SELECT citizen, id, '8/' || 90101 + n % 94, at FROM sent ORDER BY n;
INSERT INTO audit_record SELECT '00000000-0000-7000-8000-000000000000', n, at, extra, '90000011 UI:DK-O:G:11111111-1111-4111-8111-111111111111', 'Fagsystem', '2/81',
    'Anne Sagsbehandler (RID-81-' || n % 9000 || ')', '2/81', 'CitizenMessageService/2 CreateMessage', sha256(citizen::text::bytea),
    sha256(citizen::text::bytea) || substr(sha256(n::text::bytea), 1, 18), 'thread ' || thread || ', message ' || id, NULL, 0, sha256(n::text::bytea)
    FROM sent ORDER BY n;
INSERT INTO document SELECT citizen, extra, id, 'application/pdf', 65536, sha256(n::text::bytea) FROM sent WHERE n % 10 = 0 ORDER BY n;
INSERT INTO document_name SELECT citizen, extra, 'Min plan ' || n || '.pdf' FROM sent WHERE n % 10 = 0 ORDER BY n;
INSERT INTO document_content SELECT citizen, sha256(n::text::bytea), decode(repeat(md5(n::text), 4096 / 2), 'hex') || decode(repeat(md5(n::text || 'x'), 4096 / 2), 'hex')
    FROM sent WHERE n % 10 = 0 ORDER BY n;
VACUUM ANALYZE;
WITH size AS (
    SELECT top.relname AS name, sum(pg_table_size(part.relid)) AS rows, sum(pg_indexes_size(part.relid)) AS indexes
    FROM pg_class top CROSS JOIN LATERAL pg_partition_tree(top.oid) part
    WHERE top.relnamespace = 'public'::regnamespace AND top.relkind = 'p' GROUP BY top.relname
    UNION ALL
    SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class WHERE relname = 'audit_record'
)
SELECT name AS "table", count AS number, (rows / count)::int AS "bytes a row", (indexes / count)::int AS "in indexes", ((rows + indexes) / count)::int AS together
FROM size JOIN (
    VALUES ('thread', 100000), ('message', 100000), ('message_content', 100000), ('delivery', 100000), ('reading', 100000), ('audit_record', 100000),
        ('document', 10000), ('document_name', 10000), ('document_content', 10000)
) AS stored(name, count) USING (name) ORDER BY 2 DESC, 5 DESC;
