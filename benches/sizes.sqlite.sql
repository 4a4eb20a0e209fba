-- How much room messages take in the embedded database. Against an archive of its own, empty but for its tables:
--   dialogmodul import code-lists fixtures/demo/code-lists.tsv --database-url sqlite:sizes.sqlite --audit-key-file sizes.key
--   sqlite3 sizes.sqlite < benches/sizes.sqlite.sql
-- The same messages as in sizes.postgres.sql.
PRAGMA synchronous = OFF;
BEGIN;
CREATE TEMP TABLE people AS
    WITH RECURSIVE count(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < 10000) SELECT i, randomblob(16) AS key FROM count;
CREATE TEMP TABLE sent AS
    WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 100000)
    SELECT n, 1700000000000000 + n * 300000000 AS at, (SELECT key FROM people WHERE i = 1 + (n * 7919) % 10000) AS citizen,
        unhex(printf('%012x', 1700000000000 + n * 300000)) || randomblob(10) AS id,
        unhex(printf('%012x', 1700000000000 + n * 300000)) || randomblob(10) AS thread,
        unhex(printf('%012x', 1700000000000 + n * 300000)) || randomblob(10) AS extra, randomblob(32) AS hash FROM count;
INSERT INTO citizen SELECT key, 'p' || printf('%09d', i), 'p' || printf('%08d', i), 'Navn Navnesen ' || i, 1, 'borger' || i || '@example.dk', '+4520000000', NULL FROM people;
INSERT INTO thread (citizen, id, context, channel, first_message, created_at) SELECT citizen, CAST(thread AS BLOB), 1, 4, CAST(id AS BLOB), at FROM sent ORDER BY n;
INSERT INTO message SELECT citizen, CAST(id AS BLOB), CAST(thread AS BLOB), NULL, 1, 4, 1, n % 10 = 0, at, '2/81', '8/' || (90101 + n % 94), 2, 'RID-81-' || n % 9000,
    'Anne Sagsbehandler', 2, '81', NULL, NULL, NULL, 2, 'RID-90101-' || n % 900, 'Jytte Jobcenter', 8, 90101 + n % 94, NULL, NULL, NULL FROM sent ORDER BY n;
INSERT INTO message_content SELECT citizen, CAST(id AS BLOB), 'Indkaldelse til samtale om din plan ' || n, hex(randomblob(500)) FROM sent ORDER BY n;
INSERT INTO delivery SELECT citizen, CAST(id AS BLOB), 4, CAST(extra AS BLOB), 2 FROM sent ORDER BY n;
INSERT INTO reading SELECT citizen, CAST(id AS BLOB), '8/' || (90101 + n % 94), at FROM sent ORDER BY n;
INSERT INTO audit_record SELECT zeroblob(16), n, at, CAST(extra AS BLOB), '90000011 UI:DK-O:G:11111111-1111-4111-8111-111111111111', 'Fagsystem', '2/81',
    'Anne Sagsbehandler (RID-81-' || n % 9000 || ')', '2/81', 'CitizenMessageService/2 CreateMessage', hash, randomblob(50),
    'thread ' || hex(zeroblob(18)) || ', message ' || hex(zeroblob(18)), NULL, 0, hash FROM sent ORDER BY n;
INSERT INTO document SELECT citizen, CAST(extra AS BLOB), CAST(id AS BLOB), 'application/pdf', 65536, hash FROM sent WHERE n % 10 = 0 ORDER BY n;
INSERT INTO document_name SELECT citizen, CAST(extra AS BLOB), 'Min plan ' || n || '.pdf' FROM sent WHERE n % 10 = 0 ORDER BY n;
INSERT INTO document_content SELECT citizen, hash, randomblob(65536) FROM sent WHERE n % 10 = 0 ORDER BY n;
COMMIT;
-- Indexes are listed under their tables.
SELECT object.tbl_name, number, sum(pgsize) / number AS "bytes a row"
FROM dbstat JOIN sqlite_master AS object ON object.name = dbstat.name JOIN (
    SELECT 'thread' AS stored, 100000 AS number UNION ALL VALUES ('message', 100000), ('message_content', 100000), ('delivery', 100000), ('reading', 100000),
        ('audit_record', 100000), ('document', 10000), ('document_name', 10000), ('document_content', 10000)
) ON stored = object.tbl_name
GROUP BY object.tbl_name ORDER BY 2 DESC, 3 DESC;
