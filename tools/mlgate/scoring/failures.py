"""Which errors of Kafka end the program, and which one waits out; where the library's own log goes."""

import logging
from collections.abc import Callable

from confluent_kafka import KafkaError

from mlgate.errors import ToolFailed

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

_ACCOUNT = "check KAFKA_USERNAME, KAFKA_SASL_MECHANISM, and KAFKA_PASSWORD or the file of KAFKA_PASSWORD_FILE"
_FIXES: dict[int, str] = {
    KafkaError._AUTHENTICATION: _ACCOUNT,
    KafkaError.SASL_AUTHENTICATION_FAILED: _ACCOUNT,
    KafkaError._SSL: "check that KAFKA_CA_FILE is the authority of the broker's certificate and the address its name",
}


def final(error: KafkaError) -> bool:
    """Whether no waiting helps: an account, a right, a topic or a size is wrong."""
    return error.fatal() or error.code() in _FINAL


def refused(place: object, error: KafkaError) -> ToolFailed:
    """The end that ``error`` is, told with the settings that can be at fault; the library's text holds no password."""
    return ToolFailed(f"{place}: {error.str()}", fix=_FIXES.get(error.code(), ""))


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
