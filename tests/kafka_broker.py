"""A real Kafka broker for one test module: KRaft from Maven artifacts, on loopback, to be killed and started again."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from mlgate.files import locked, put_tree
from mlgate.image import ports
from mlgate.process import cache_dir

POM = Path(__file__).parent / "kafka" / "pom.xml"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
MISSING = "Java 17 and Maven are not installed (Debian: apt-get install default-jre-headless maven)"
# A test's broker lives for seconds: the first compiler is enough, and its heap is small.
_JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
_CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=BROKER://127.0.0.1:{port}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs={log}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
message.max.bytes=4000000
group.min.session.timeout.ms=1000
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
"""


def left_out() -> bool:
    """Whether this machine is not meant to run a broker; in CI every machine is."""
    there = shutil.which("java") and shutil.which("mvn")
    return not there and os.environ.get("CI", "").lower() not in {"true", "1"}


@dataclass(slots=True)
class Broker:
    """``folder`` holds settings, log segments and output; ``address`` is its one listener."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers a request for metadata; what it printed is in the failure."""
        with (self.folder / "out").open("ab") as out:
            args = _java("kafka.Kafka", str(self.folder / "server.properties"))
            self.process = subprocess.Popen(args, stdout=out, stderr=out, cwd=self.folder)
        for _ in range(600):
            if self.answers():
                return
            assert self.process.poll() is None, (self.folder / "out").read_text()[-3000:]
            time.sleep(0.1)
        raise AssertionError(f"the broker did not become ready: {(self.folder / 'out').read_text()[-3000:]}")

    def kill(self) -> None:
        """As a machine that loses power to the process: SIGKILL."""
        if self.process:
            self.process.kill()
            self.process.wait(30)

    def answers(self) -> bool:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)):
                return False
        try:
            return bool(self.admin().list_topics(timeout=2).brokers)
        except KafkaException:
            return False

    def admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})

    def topics(self, *names: str, partitions: int = 3, config: Mapping[str, str] | None = None) -> None:
        """Create topics; verdicts are compacted, as in the tree."""
        compacted = {"cleanup.policy": "compact"}
        made = [
            NewTopic(name, partitions, 1, config=dict(config or {}) or (compacted if "verdict" in name else {}))
            for name in names
        ]
        admin = self.admin()
        for future in admin.create_topics(made).values():
            future.result(30)
        # The controller has made them; the broker itself may know a little later.
        for _ in range(300):
            if set(names) <= set(admin.list_topics(timeout=10).topics):
                return
            time.sleep(0.1)
        raise AssertionError(f"the broker does not know {', '.join(names)}")


@contextmanager
def running(secured: Callable[[Path, str], str] | None = None) -> Iterator[Broker]:
    """A broker that is ready, removed with everything it wrote.

    ``secured`` may change its settings: it is given the broker's folder and the text that it changes.
    """
    folder = Path(tempfile.mkdtemp(prefix="kafka-"))
    broker = Broker(folder, ports.free(1)[0])
    try:
        settings = _PROPERTIES.format(port=broker.port, controller=ports.free(1)[0], log=folder / "log")
        (folder / "server.properties").write_text(secured(folder, settings) if secured else settings)
        format_log = ["format", "-t", _CLUSTER, "-c", str(folder / "server.properties")]
        args = _java("kafka.tools.StorageTool", *format_log)
        done = subprocess.run(args, check=False, capture_output=True, text=True, cwd=folder, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        broker.start()
        yield broker
    finally:
        broker.kill()
        shutil.rmtree(folder)


def _java(main: str, *args: str) -> list[str]:
    return [_program("java"), *_JVM, "-cp", f"{jars()}/*", main, *args]


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing: {MISSING}"
    return found


def jars() -> Path:
    """The broker's jars, from the cache or fetched now, as the pom pins them."""
    folder = cache_dir() / "kafka" / sha256(POM.read_bytes()).hexdigest()[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent):
        if not folder.is_dir():
            draft = folder.with_name(f".{folder.name}.{os.getpid()}")
            args = [_program("mvn"), "-q", "-B", "-f", str(POM), COPY, f"-DoutputDirectory={draft}"]
            done = subprocess.run(args, check=False, capture_output=True, text=True, timeout=900)
            assert done.returncode == 0, done.stdout[-3000:]
            put_tree(draft, folder)
    return folder
