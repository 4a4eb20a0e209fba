DROP TABLE queue_event;
