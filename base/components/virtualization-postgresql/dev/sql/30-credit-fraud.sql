-- ALL: two customers may well pay the same amount in the same second.
CREATE VIEW CreditFraud AS
    SELECT * FROM fraud_data
    UNION ALL
    SELECT * FROM features;
