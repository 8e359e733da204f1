-- A statement that fails would otherwise be logged whole, with the password.
SET log_min_error_statement = panic;
\set password `cat /run/secrets/virtual-database/reader-password`
CREATE ROLE reader LOGIN PASSWORD :'password';
GRANT SELECT ON CreditFraud TO reader;
