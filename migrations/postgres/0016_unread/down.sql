DROP TRIGGER reading_came ON reading;
DROP TRIGGER message_went ON message;
DROP TRIGGER message_came ON message;
DROP FUNCTION list_unread();
DROP TABLE __unread;
