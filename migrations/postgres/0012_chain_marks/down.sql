DROP TABLE chain_mark;
