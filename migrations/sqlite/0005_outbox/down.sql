DROP TABLE delivery_attempt;
DROP TABLE outbox;
