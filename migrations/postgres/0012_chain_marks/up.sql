-- Where the audit is kept in a database of its own: the signed end each chain had at its last commit here. It tells how a commit ended whose
-- answer got lost, and anchors the chain in another database than its own.

CREATE TABLE chain_mark (
    chain uuid NOT NULL PRIMARY KEY,
    number bigint NOT NULL,
    seal bytea NOT NULL,
    signature bytea NOT NULL
) WITH (fillfactor = 50);
