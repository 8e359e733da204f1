-- Transactions whose truth became known after the file was written.
CREATE TABLE fraud_data (
    "Time" double precision NOT NULL,
    "V1" double precision NOT NULL, "V2" double precision NOT NULL, "V3" double precision NOT NULL, "V4" double precision NOT NULL,
    "V5" double precision NOT NULL, "V6" double precision NOT NULL, "V7" double precision NOT NULL, "V8" double precision NOT NULL,
    "V9" double precision NOT NULL, "V10" double precision NOT NULL, "V11" double precision NOT NULL, "V12" double precision NOT NULL,
    "V13" double precision NOT NULL, "V14" double precision NOT NULL, "V15" double precision NOT NULL, "V16" double precision NOT NULL,
    "V17" double precision NOT NULL, "V18" double precision NOT NULL, "V19" double precision NOT NULL, "V20" double precision NOT NULL,
    "V21" double precision NOT NULL, "V22" double precision NOT NULL, "V23" double precision NOT NULL, "V24" double precision NOT NULL,
    "V25" double precision NOT NULL, "V26" double precision NOT NULL, "V27" double precision NOT NULL, "V28" double precision NOT NULL,
    "Amount" double precision NOT NULL,
    "Class" smallint NOT NULL CHECK ("Class" IN (0, 1))
);
