-- The table of another PostgreSQL, under the name that the view knows.
-- A statement that fails would otherwise be logged whole, with the password.
SET log_min_error_statement = panic;
\set host `cat /run/secrets/fraud-data/host`
\set port `cat /run/secrets/fraud-data/port`
\set database `cat /run/secrets/fraud-data/database`
\set sslmode `cat /run/secrets/fraud-data/sslmode`
\set username `cat /run/secrets/fraud-data/username`
\set password `cat /run/secrets/fraud-data/password`
CREATE EXTENSION postgres_fdw;
CREATE SERVER fraud_data FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host :'host', port :'port', dbname :'database', sslmode :'sslmode', connect_timeout '10', fetch_size '10000');
-- The view asks as its owner; nobody else has a login there.
CREATE USER MAPPING FOR CURRENT_USER SERVER fraud_data OPTIONS (user :'username', password :'password');
CREATE FOREIGN TABLE fraud_data (
    "Time" double precision,
    "V1" double precision, "V2" double precision, "V3" double precision, "V4" double precision,
    "V5" double precision, "V6" double precision, "V7" double precision, "V8" double precision,
    "V9" double precision, "V10" double precision, "V11" double precision, "V12" double precision,
    "V13" double precision, "V14" double precision, "V15" double precision, "V16" double precision,
    "V17" double precision, "V18" double precision, "V19" double precision, "V20" double precision,
    "V21" double precision, "V22" double precision, "V23" double precision, "V24" double precision,
    "V25" double precision, "V26" double precision, "V27" double precision, "V28" double precision,
    "Amount" double precision,
    "Class" smallint
) SERVER fraud_data OPTIONS (schema_name 'public', table_name 'fraud_data');
