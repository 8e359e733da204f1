"""Which errors of Kafka end the program, and which one waits out; where the library's own log goes."""

import logging
from collections.abc import Callable

from confluent_kafka import KafkaError

Log = Callable[[str], None]
_FINAL = {
    KafkaError._AUTHENTICATION,
    KafkaError._SSL,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.TOPIC_EXCEPTION,
}


def final(error: KafkaError) -> bool:
    """Whether no waiting helps: an account, a right, a topic or a size is wrong."""
    return error.fatal() or error.code() in _FINAL


def quiet(log: Log) -> logging.Logger:
    """A logger for librdkafka: what it finds serious, each of it once. A broker that is away is told by ourselves."""
    logger = logging.Logger("librdkafka", logging.CRITICAL)
    logger.addHandler(_Handler(log))
    return logger


class _Handler(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log(f"kafka: {record.getMessage()}")
