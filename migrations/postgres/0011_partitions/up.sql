-- What belongs to a citizen is partitioned by a hash of the citizen's key; a statement that names the citizen touches one partition.
-- Eight partitions: smaller tables to vacuum and to move, while a page of a citizen's messages, which joins six of them, costs about a third more
-- than unpartitioned (16: nearly twice; every partition of a plan is locked). A partition that grows too large is split in two with twice its modulus, the others stay.
-- Rows that are there move along; it takes about as long as restoring them.

-- The triggers are told which table they guard: a row's own table is a partition.
CREATE OR REPLACE FUNCTION keep_until_purged() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    guarded text := TG_ARGV[0];
    of_message uuid;
    of_thread uuid;
BEGIN
    IF guarded = 'thread' THEN
        of_thread := OLD.id;
    ELSIF guarded = 'message' THEN
        of_thread := OLD.thread;
    ELSIF guarded = 'document_name' THEN
        SELECT message INTO of_message FROM document WHERE citizen = OLD.citizen AND id = OLD.document;
    ELSE
        of_message := OLD.message;
    END IF;
    IF guarded IN ('message_content', 'document_name')
        AND EXISTS (SELECT 1 FROM rectification WHERE citizen = OLD.citizen AND message = of_message) THEN
        RETURN OLD;
    END IF;
    IF of_message IS NOT NULL THEN
        SELECT thread INTO of_thread FROM message WHERE citizen = OLD.citizen AND id = of_message;
    END IF;
    IF EXISTS (SELECT 1 FROM purged_thread WHERE citizen = OLD.citizen AND id = of_thread) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% of % is refused: facts are appended, never altered', TG_OP, guarded;
END
$$;

DO $$
DECLARE
    guarded text;
    key text;
BEGIN
    FOR guarded, key IN VALUES
        ('thread', 'citizen, id'),
        ('message', 'citizen, id'),
        ('message_content', 'citizen, message'),
        ('document', 'citizen, id'),
        ('document_name', 'citizen, document'),
        ('document_content', 'citizen, sha256'),
        ('reading', 'citizen, message, reader'),
        ('rectification', 'citizen, message'),
        ('delivery', 'citizen, message, channel'),
        ('delivery_outcome', 'citizen, message, channel'),
        ('delivery_attempt', 'citizen, delivery, number')
    LOOP
        EXECUTE format('ALTER TABLE %I RENAME TO whole', guarded);
        EXECUTE format('CREATE TABLE %I (LIKE whole INCLUDING CONSTRAINTS INCLUDING STORAGE) PARTITION BY HASH (citizen)', guarded);
        FOR number IN 0..7 LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 8, REMAINDER %s)', guarded || '_' || number, guarded, number);
            EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR TRUNCATE ON %I EXECUTE FUNCTION keep_fact()',
                guarded || '_' || number || '_is_not_changed', guarded || '_' || number);
        END LOOP;
        EXECUTE format('INSERT INTO %I SELECT * FROM whole', guarded);
        DROP TABLE whole;
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I PRIMARY KEY (%s)', guarded, guarded || '_pkey', key);
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR TRUNCATE ON %I EXECUTE FUNCTION keep_fact()', guarded || '_is_not_changed', guarded);
        EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION %s', guarded || '_is_kept', guarded,
            CASE guarded WHEN 'document_content' THEN 'keep_while_named()' ELSE format('keep_until_purged(%L)', guarded) END);
    END LOOP;
END
$$;

CREATE INDEX message_thread ON message (citizen, thread, id);
CREATE INDEX message_reply ON message (citizen, in_reply_to) WHERE in_reply_to IS NOT NULL;
CREATE INDEX document_message ON document (citizen, message, id);
CREATE INDEX document_sha256 ON document (citizen, sha256);
-- These two do not name the citizen: a page of an inbox, or of a company's replies, is merged from all partitions.
CREATE INDEX message_inbox ON message (recipient, id);
CREATE INDEX message_company ON message (to_company_cvr, to_company_unit, id) WHERE to_company_cvr IS NOT NULL;
