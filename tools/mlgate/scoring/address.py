"""Where messages come from and go to: ``kafka://HOST:PORT[,HOST:PORT...]/TOPIC``."""

import re
from dataclasses import dataclass

from mlgate.errors import UsageError

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]):\d{1,5}"
_ADDRESS = re.compile(rf"kafka://(?P<servers>{_HOST}(?:,{_HOST})*)/(?P<topic>[A-Za-z0-9._-]{{1,249}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """A topic and the brokers, ``HOST:PORT`` with commas between, that are asked for it."""

    servers: str
    topic: str

    def __str__(self) -> str:
        return f"kafka://{self.servers}/{self.topic}"


def parse(text: str, option: str) -> Address:
    """The address that an option names; raises ``UsageError``."""
    found = _ADDRESS.fullmatch(text)
    if not found or found["topic"] in {".", ".."}:
        # Not the text itself: whoever writes a password into an address must not find it in a log.
        raise UsageError(
            f"{option} is no kafka://HOST:PORT/TOPIC", fix="accounts come from KAFKA_USERNAME, not from it"
        )
    return Address(found["servers"], found["topic"])


def dead_letter(source: Address) -> Address:
    """Where poison goes when nobody says it: beside the source."""
    return Address(source.servers, f"{source.topic}.dead")
