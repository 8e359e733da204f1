"""A second listener of the real broker, TLS with SCRAM as in the tree: authority, certificate and account."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin._scram import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion

import kafka_broker
from kafka_broker import Broker
from mlgate.image import ports

USER, PASSWORD = "scorer", "tr0ub4dor-of-the-scorer"
_LISTENER = """\
listeners=BROKER://127.0.0.1:{plain},CONTROLLER://127.0.0.1:{controller},TLS://127.0.0.1:{tls}
advertised.listeners=BROKER://127.0.0.1:{plain},TLS://127.0.0.1:{tls}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SASL_SSL
listener.name.tls.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.tls.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.tls.ssl.keystore.type=PEM
listener.name.tls.ssl.keystore.location={keystore}
"""


@dataclass(frozen=True, slots=True)
class Secured:
    """``broker`` answers without a login to the test itself; ``address`` is the listener that asks for one."""

    broker: Broker
    address: str

    @property
    def authority(self) -> Path:
        return self.broker.folder / "ca.crt"

    @property
    def stranger(self) -> Path:
        """An authority that the broker's certificate does not come from."""
        return self.broker.folder / "stranger.crt"

    @property
    def env(self) -> dict[str, str]:
        """A login that is right, the password in a file as a Secret is mounted."""
        file = self.broker.folder / "password"
        file.write_text(f"{PASSWORD}\n")
        return {
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "KAFKA_USERNAME": USER,
            "KAFKA_PASSWORD_FILE": str(file),
            "KAFKA_CA_FILE": str(self.authority),
        }


@contextmanager
def running(name: str = "IP:127.0.0.1") -> Iterator[Secured]:
    """A broker whose certificate is for ``name``, with the one account."""
    port = ports.free(1)[0]

    def secured(folder: Path, settings: str) -> str:
        authority(folder, "ca")
        authority(folder, "stranger")
        return f"{_without(settings)}{_listener(settings, port, keystore(folder, name))}"

    with kafka_broker.running(secured) as broker:
        _account(broker)
        yield Secured(broker, f"127.0.0.1:{port}")


def authority(folder: Path, name: str) -> None:
    """A certificate that signs itself, ``NAME.crt``, and its key."""
    files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")]
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
             "-subj", f"/CN={name}", *files)  # fmt: skip


def keystore(folder: Path, name: str) -> Path:
    """Key and certificate of the broker, signed by ``ca``, in one file."""
    key, cert, both = folder / "broker.key", folder / "broker.crt", folder / "broker.pem"
    signed = ["-CA", str(folder / "ca.crt"), "-CAkey", str(folder / "ca.key"), "-addext", f"subjectAltName={name}"]
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
             "-subj", "/CN=broker", *signed, "-keyout", str(key), "-out", str(cert))  # fmt: skip
    both.write_text(key.read_text() + cert.read_text())
    return both


def _openssl(*args: str) -> None:
    program = shutil.which("openssl")
    assert program, "openssl is not installed (Debian: apt-get install openssl)"
    done = subprocess.run([program, *args], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def _without(settings: str) -> str:
    names = tuple(line.partition("=")[0] + "=" for line in _LISTENER.splitlines())
    return "".join(line for line in settings.splitlines(keepends=True) if not line.startswith(names))


def _listener(settings: str, port: int, store: Path) -> str:
    given = dict(line.split("=", 1) for line in settings.splitlines())
    plain, controller = (each.rpartition(":")[2] for each in given["listeners"].split(","))
    return _LISTENER.format(plain=plain, controller=controller, tls=port, keystore=store)


def _account(broker: Broker) -> None:
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    wanted = UserScramCredentialUpsertion(USER, info, PASSWORD.encode())
    admin = broker.admin()  # kept: a client that is collected gives up what it was asked
    for future in admin.alter_user_scram_credentials([wanted]).values():
        future.result(30)
