"""A Spark session: of a standalone cluster that answers and has workers, or of this machine."""

import atexit
import os
import re
import shutil
import socket
import time
from pathlib import Path
from typing import Any

from mlgate.errors import MissingTool, SettingsError, ToolFailed

CONNECT_TIMEOUT_S = 10
WORKERS_TIMEOUT_S = 60
LOCAL = "local[2]"
_MASTER = re.compile(r"local\[(?:\*|[1-9]\d*)\]|spark://([A-Za-z0-9.-]+):(\d{1,5})", re.ASCII)
_FIX = "name the master as spark://HOST:PORT, in ?master= or SPARK_MASTER"
_ALWAYS = {
    "spark.ui.enabled": "false",
    "spark.log.level": "OFF",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.maxResultSize": "0",
    "spark.sql.files.maxPartitionBytes": "32m",
}
_HERE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def master(asked: str) -> str:
    """The master that ``asked`` names, else SPARK_MASTER, else this machine; raises ``SettingsError``."""
    chosen = asked or os.environ.get("SPARK_MASTER", "") or LOCAL
    match = _MASTER.fullmatch(chosen)
    if not match or (match[2] and not 0 < int(match[2]) < 65536):
        raise SettingsError("the master of Spark is neither spark://HOST:PORT nor local[N]", fix=_FIX)
    return chosen


def session(address: str, what: str) -> Any:
    """The session of ``address``; the one that runs is kept when it is of the same master.

    ``what`` is what is wanted of it, for the error. Raises ``MissingTool`` without Spark or Java, and ``ToolFailed``
    within two minutes when nobody answers at ``address`` or no worker is free.
    """
    found = _MASTER.fullmatch(address)
    here = _answers(found[1], found[2], what) if found else ""
    pyspark = _installed()
    running = pyspark.SparkContext._active_spark_context
    if running is not None and running.master != address:
        running.stop()
    try:
        made = _builder(address, here).getOrCreate()
        made.sparkContext.setLogLevel("OFF")
        _workers(made, address)
    except ToolFailed as err:
        raise ToolFailed(f"{what} cannot be read: {err}", fix=err.fix) from None
    except Exception as err:  # Spark raises what Java said, of no common kind.
        said = " ".join(str(err).split())[:300]
        raise ToolFailed(f"{what} cannot be read: {said}", fix=_FIX) from None
    atexit.register(made.stop)
    return made


def _answers(host: str | None, port: str | None, what: str) -> str:
    """This machine's address on the way to the master, where workers find the driver: they cannot look a pod up."""
    if not host:
        return ""
    try:
        with socket.create_connection((host, int(port or 0)), timeout=CONNECT_TIMEOUT_S) as there:
            return str(there.getsockname()[0])
    except OSError as err:
        said = err.strerror or str(err)
        raise ToolFailed(f"{what} cannot be read: the master spark://{host}:{port}: {said}", fix=_FIX) from None


def _installed() -> Any:
    if not shutil.which("java", path=_java()):
        raise MissingTool("Java is missing: Spark needs it", fix="install Java 17 or later")
    try:
        import pyspark
    except ImportError:
        raise MissingTool("Spark is missing", fix="pip install 'mlgate[spark]'") from None
    return pyspark


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin") if home else os.environ.get("PATH", os.defpath)


def _builder(address: str, here: str) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("mlgate").master(address)
    way = _HERE if address.startswith("local") else {"spark.driver.host": here}
    for name, value in {**_ALWAYS, **way}.items():
        builder = builder.config(name, value)
    return builder


def _workers(made: Any, address: str) -> None:
    """Without a free worker Spark would wait for ever."""
    ends = time.monotonic() + WORKERS_TIMEOUT_S
    # The driver itself is one of the list.
    while not address.startswith("local") and len(made.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) < 2:
        if time.monotonic() > ends:
            made.stop()
            raise ToolFailed(f"the master {address} gave no worker within {WORKERS_TIMEOUT_S} s", fix="start a worker")
        time.sleep(0.2)
