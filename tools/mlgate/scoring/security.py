"""How to log in to the brokers, from the environment and mounted files alone: nothing of it is an argument."""

from collections.abc import Mapping
from pathlib import Path

from mlgate.errors import SettingsError

PROTOCOL = "KAFKA_SECURITY_PROTOCOL"
_PROTOCOLS = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"}
_MECHANISMS = {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"}


def settings(env: Mapping[str, str]) -> dict[str, str]:
    """The client's settings by the variables that ``mlgate score --help`` lists; raises ``SettingsError``."""
    protocol = env.get(PROTOCOL) or "PLAINTEXT"
    if protocol not in _PROTOCOLS:
        raise SettingsError(f"{PROTOCOL}: not one of {', '.join(sorted(_PROTOCOLS))}")
    found = {"security.protocol": protocol}
    if protocol.startswith("SASL"):
        found |= _account(env)
    if protocol.endswith("SSL"):
        found |= _certificates(env)
    return found


def _account(env: Mapping[str, str]) -> dict[str, str]:
    mechanism = env.get("KAFKA_SASL_MECHANISM") or "SCRAM-SHA-512"
    if mechanism not in _MECHANISMS:
        raise SettingsError(f"KAFKA_SASL_MECHANISM: not one of {', '.join(sorted(_MECHANISMS))}")
    return {
        "sasl.mechanism": mechanism,
        "sasl.username": _needed(env, "KAFKA_USERNAME"),
        "sasl.password": _needed(env, "KAFKA_PASSWORD"),
    }


def _certificates(env: Mapping[str, str]) -> dict[str, str]:
    names = {
        "KAFKA_CA_FILE": "ssl.ca.location",
        "KAFKA_CERTIFICATE_FILE": "ssl.certificate.location",
        "KAFKA_KEY_FILE": "ssl.key.location",
    }
    found = {setting: env[name] for name, setting in names.items() if env.get(name)}
    for name, setting in names.items():
        if setting in found and not Path(found[setting]).is_file():
            raise SettingsError(f"{name}: {found[setting]} is not a file")
    return found


def _needed(env: Mapping[str, str], name: str) -> str:
    """The variable, or what the file of ``NAME_FILE`` holds, without its last line break."""
    if file := env.get(f"{name}_FILE"):
        try:
            text = Path(file).read_text()
        except (OSError, ValueError):
            raise SettingsError(f"{name}_FILE: {file} cannot be read") from None
        value = text.removesuffix("\n")
    else:
        value = env.get(name, "")
    if not value:
        raise SettingsError(f"{name} is empty", fix=f"set {name}, or {name}_FILE to a mounted Secret")
    return value
