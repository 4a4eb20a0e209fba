DROP TRIGGER code_list_item_changed ON code_list_item;
DROP FUNCTION count_code_list_change();
DROP TABLE __code_list_version;
