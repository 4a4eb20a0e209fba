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
        EXECUTE format('ALTER TABLE %I RENAME TO parts', guarded);
        EXECUTE format('CREATE TABLE %I (LIKE parts INCLUDING CONSTRAINTS INCLUDING STORAGE)', guarded);
        EXECUTE format('INSERT INTO %I SELECT * FROM parts', guarded);
        DROP TABLE parts;
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I PRIMARY KEY (%s)', guarded, guarded || '_pkey', key);
        IF guarded IN ('thread', 'message', 'document', 'reading', 'rectification') THEN
            EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR TRUNCATE ON %I EXECUTE FUNCTION keep_fact()', guarded || '_is_not_changed', guarded);
        ELSE
            EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE ON %I EXECUTE FUNCTION keep_fact()', guarded || '_is_not_changed', guarded);
            EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I EXECUTE FUNCTION keep_fact()', guarded || '_is_not_emptied', guarded);
        END IF;
        EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION %I()', guarded || '_is_kept', guarded,
            CASE guarded WHEN 'document_content' THEN 'keep_while_named' ELSE 'keep_until_purged' END);
    END LOOP;
END
$$;

CREATE INDEX message_thread ON message (citizen, thread, id);
CREATE INDEX message_reply ON message (citizen, in_reply_to) WHERE in_reply_to IS NOT NULL;
CREATE INDEX message_inbox ON message (recipient, id);
CREATE INDEX message_company ON message (to_company_cvr, to_company_unit, id) WHERE to_company_cvr IS NOT NULL;
CREATE INDEX document_message ON document (citizen, message, id);
CREATE INDEX document_sha256 ON document (citizen, sha256);

CREATE OR REPLACE FUNCTION keep_until_purged() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_message uuid;
    of_thread uuid;
BEGIN
    IF TG_TABLE_NAME = 'thread' THEN
        of_thread := OLD.id;
    ELSIF TG_TABLE_NAME = 'message' THEN
        of_thread := OLD.thread;
    ELSIF TG_TABLE_NAME = 'document_name' THEN
        SELECT message INTO of_message FROM document WHERE citizen = OLD.citizen AND id = OLD.document;
    ELSE
        of_message := OLD.message;
    END IF;
    IF TG_TABLE_NAME IN ('message_content', 'document_name')
        AND EXISTS (SELECT 1 FROM rectification WHERE citizen = OLD.citizen AND message = of_message) THEN
        RETURN OLD;
    END IF;
    IF of_message IS NOT NULL THEN
        SELECT thread INTO of_thread FROM message WHERE citizen = OLD.citizen AND id = of_message;
    END IF;
    IF EXISTS (SELECT 1 FROM purged_thread WHERE citizen = OLD.citizen AND id = of_thread) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% of % is refused: facts are appended, never altered', TG_OP, TG_TABLE_NAME;
END
$$;
