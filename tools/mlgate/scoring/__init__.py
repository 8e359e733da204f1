"""Transactions of a Kafka topic in, verdicts of a packaged model out: each one at least once."""
