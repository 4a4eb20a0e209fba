-- Partitions are PostgreSQL's: there, what belongs to a citizen is partitioned by a hash of the citizen's key. Here one file holds all, and nothing changes.
SELECT 1;
