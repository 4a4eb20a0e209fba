-- The replies a company may see: those to its own messages, by CVR number and P-number (M8).
-- Like the inbox it does not start with the citizen: a company's replies come from many.
CREATE INDEX message_company ON message (to_company_cvr, to_company_unit, id) WHERE to_company_cvr IS NOT NULL;
