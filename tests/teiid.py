"""The virtual database of tools/teiid, built by Maven and running on loopback, and the drivers that read it."""

import fcntl
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from checkouts import ROOT

MISSING = "Java 17 or Maven is not installed (Debian: apt-get install default-jdk-headless maven)"
DDL = ROOT / "base" / "components" / "virtualization-teiid" / "dev-kubernetes" / "vdb" / "csvrdbmsdb-vdb.ddl"
DRIVERS = ROOT / "build" / "jdbc"
LIB = ROOT / "build" / "teiid" / "lib"


def left_out() -> bool:
    """Whether this machine is not meant to run Java; in CI every machine is."""
    here = shutil.which("java") and shutil.which("javac") and shutil.which("mvn")
    return not here and os.environ.get("CI", "").lower() not in {"true", "1"}


def drivers() -> Path:
    """The folder of the drivers, as model/fraud/jdbc makes it."""
    _maven(ROOT / "model" / "fraud" / "jdbc", DRIVERS)
    return DRIVERS


@dataclass(frozen=True, slots=True)
class Server:
    teiid: int
    pg: int


@contextmanager
def running(folder: Path, given: Mapping[str, str]) -> Iterator[Server]:
    """The server with the variables ``given``, ready; it ends with the block."""
    process = start(folder, given)
    limit = threading.Timer(300, process.kill)
    limit.start()
    try:
        server = _ready(process, folder / "teiid.log")
        limit.cancel()
        yield server
    finally:
        limit.cancel()
        process.terminate()
        process.wait(timeout=30)


def start(folder: Path, given: Mapping[str, str]) -> subprocess.Popen[str]:
    """The program, with nothing in its environment but ``given`` and a free port of loopback for each protocol."""
    _maven(ROOT / "tools" / "teiid", LIB)
    env = {"PATH": os.environ["PATH"], "BIND": "127.0.0.1", "TEIID_PORT": "0", "PG_PORT": "0", "VDB": str(DDL)}
    command = ["java", "-Xmx512m", f"-Djava.io.tmpdir={folder}", "-cp", f"{LIB}/*", "VirtualDatabase"]
    with (folder / "teiid.log").open("w") as log:
        return subprocess.Popen(command, env=env | dict(given), stdout=subprocess.PIPE, stderr=log, text=True)


def _ready(process: subprocess.Popen[str], log: Path) -> Server:
    assert process.stdout
    for line in process.stdout:
        if found := re.fullmatch(r"ready teiid=(\d+) pg=(\d+)\n", line):
            return Server(int(found[1]), int(found[2]))
    raise AssertionError(f"Teiid did not become ready:\n{log.read_text()[-4000:]}")


@cache
def _maven(project: Path, made: Path) -> None:
    (ROOT / "build").mkdir(exist_ok=True)
    # Two test processes must not build into one folder at once.
    with (ROOT / "build" / "maven.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        newest = max(file.stat().st_mtime for file in project.rglob("*") if file.is_file())
        if made.is_dir() and made.stat().st_mtime > newest and any(made.glob("*.jar")):
            return
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(project / "pom.xml"), "package"]
        # What is there already needs no network; what is not, does.
        for options in (["--offline"], []):
            done = subprocess.run([*command, *options], check=False, capture_output=True, text=True, timeout=600)
            if done.returncode == 0:
                os.utime(made)
                return
        raise AssertionError(done.stdout[-3000:])
