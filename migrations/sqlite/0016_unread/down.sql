DROP TRIGGER reading_came;
DROP TRIGGER message_went;
DROP TRIGGER message_came;
DROP TABLE __unread;
