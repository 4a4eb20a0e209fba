DROP INDEX message_company;
