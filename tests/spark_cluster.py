"""A standalone Spark cluster on loopback: a master and its workers, from pyspark's own distribution."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlgate.image import ports

_DEPLOY = "org.apache.spark.deploy"
_HOST = "127.0.0.1"


@contextmanager
def running(folder: Path, *, workers: int) -> Iterator[str]:
    """Address of a master with ``workers`` workers of one core and 1 GiB each; ended by their processes."""
    port = ports.free(1)[0]
    address = f"spark://{_HOST}:{port}"
    started = [_start(folder, "master", f"{_DEPLOY}.master.Master", "--port", str(port), "--webui-port", "0")]
    try:
        _until(folder / "master.log", "New state: ALIVE", started)
        for number in range(workers):
            own = ["--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(folder / f"w{number}")]
            started.append(_start(folder, f"worker{number}", f"{_DEPLOY}.worker.Worker", *own, address))
        for number in range(workers):
            _until(folder / f"worker{number}.log", "Successfully registered with master", started)
        yield address
    finally:
        # The workers first: their executors end with them.
        for process in reversed(started):
            process.terminate()
            process.wait(timeout=60)


def _start(folder: Path, name: str, main: str, *args: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__path__[0])
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "conf" / "log4j2.properties").write_text(
        "rootLogger.level = info\nrootLogger.appenderRef.stdout.ref = console\n"
        "appender.console.type = Console\nappender.console.name = console\n"
        "appender.console.layout.type = PatternLayout\nappender.console.layout.pattern = %m%n\n"
    )
    own = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": _HOST, "SPARK_CONF_DIR": str(folder / "conf")}
    with (folder / f"{name}.log").open("wb") as log:
        argv = [str(home / "bin" / "spark-class"), main, "--host", _HOST, *args]
        return subprocess.Popen(argv, env={**os.environ, **own}, cwd=folder, stdout=log, stderr=subprocess.STDOUT)


def _until(log: Path, said: str, started: list[subprocess.Popen[bytes]]) -> None:
    ends = time.monotonic() + 180
    while said not in log.read_text():
        assert all(process.poll() is None for process in started), log.read_text()[-2000:]
        assert time.monotonic() < ends, log.read_text()[-2000:]
        time.sleep(0.2)
