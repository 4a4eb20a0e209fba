DROP TRIGGER code_list_item_came;
DROP TRIGGER code_list_item_changed;
DROP TRIGGER code_list_item_went;
DROP TABLE __code_list_version;
