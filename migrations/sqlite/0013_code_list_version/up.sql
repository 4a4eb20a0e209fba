-- A number that moves with every change to the code lists, whoever makes it: servers look at it once a second instead of reading the lists.
-- The name begins as that of the migrations' own table does: it says something about this database, and is not moved to another.

CREATE TABLE __code_list_version (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;

INSERT INTO __code_list_version VALUES (1, 1);

CREATE TRIGGER code_list_item_came AFTER INSERT ON code_list_item
BEGIN UPDATE __code_list_version SET version = version + 1 WHERE id = 1; END;

CREATE TRIGGER code_list_item_changed AFTER UPDATE ON code_list_item
BEGIN UPDATE __code_list_version SET version = version + 1 WHERE id = 1; END;

CREATE TRIGGER code_list_item_went AFTER DELETE ON code_list_item
BEGIN UPDATE __code_list_version SET version = version + 1 WHERE id = 1; END;
