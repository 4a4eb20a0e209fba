DROP TABLE code_list_item;
DROP TABLE agreement;
DROP TABLE relation;
DROP TABLE organisation;
DROP TABLE citizen;
