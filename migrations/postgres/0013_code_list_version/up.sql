-- A number that moves with every change to the code lists, whoever makes it: servers look at it once a second instead of reading the lists.
-- The name begins as that of the migrations' own table does: it says something about this database, and is not moved to another.

CREATE TABLE __code_list_version (
    id int NOT NULL PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL
);

INSERT INTO __code_list_version VALUES (1, 1);

-- Whoever changes lists holds the row until the commit, so that no number stands for two states.
CREATE FUNCTION count_code_list_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE __code_list_version SET version = version + 1 WHERE id = 1;
    RETURN NULL;
END $$;

CREATE TRIGGER code_list_item_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON code_list_item
    FOR EACH STATEMENT EXECUTE FUNCTION count_code_list_change();
