"""A real PostgreSQL server for one test module: on a socket of its own, and on loopback if it is asked for."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlgate.image import ports

ADMIN = "postgres"
ADMIN_PASSWORD = "an administrator's"


@dataclass(frozen=True, slots=True)
class Server:
    """``folder`` holds socket, data and log; all of it belongs to ``user``."""

    folder: Path
    user: str
    port: int | None = None
    """Where it listens on loopback."""

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def psql(
        self, database: str, text: str, *, user: str = ADMIN, password: str = ADMIN_PASSWORD
    ) -> subprocess.CompletedProcess[str]:
        """Run SQL as the image's entrypoint does: stop at the first error, read nobody's configuration."""
        env = {"PATH": os.environ["PATH"], "PGPASSWORD": password}
        args = ["-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--no-password", "-Atq", "-h", str(self.folder)]
        args += ["-p", str(self.port or 5432)]
        command = [program("psql"), *args, "-U", user, "-d", database]
        return subprocess.run(command, check=False, input=text, env=env, capture_output=True, text=True, timeout=60)

    def rows(self, database: str, text: str, **login: str) -> list[list[str]]:
        """What a query answers; an error is the test's failure."""
        done = self.psql(database, text, **login)
        assert done.returncode == 0, done.stderr
        return [line.split("|") for line in done.stdout.splitlines()]


MISSING = "PostgreSQL 15 or later is not installed (Debian: apt-get install postgresql)"


def left_out() -> bool:
    """Whether this machine is not meant to run a server; in CI every machine is."""
    return not find("postgres") and os.environ.get("CI", "").lower() not in {"true", "1"}


def find(name: str) -> str | None:
    """A program of PostgreSQL; Debian and Ubuntu keep most of them off the PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(kept[-1]) if kept else None)


def program(name: str) -> str:
    """A program that must be there."""
    found = find(name)
    assert found, f"{name} is missing: {MISSING}"
    return found


@contextmanager
def running(*, network: bool = False) -> Iterator[Server]:
    """A server that is ready, removed with everything it wrote."""
    # Not below pytest's own folder: only its owner may enter that, and PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    try:
        server = Server(folder, user, ports.free(1)[0] if network else None)
        _own(server)
        _initialise(server)
        process = _start(server)
        try:
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder)


def _own(server: Server) -> None:
    if os.geteuid() == 0:
        shutil.chown(server.folder, server.user)


def _initialise(server: Server) -> None:
    secret = server.folder / "pwfile"
    secret.write_text(ADMIN_PASSWORD + "\n")
    secret.chmod(0o644)
    options = ["--auth=scram-sha-256", f"--username={ADMIN}", f"--pwfile={secret}", "--no-sync", "--encoding=UTF8"]
    command = [program("initdb"), "-D", str(server.folder / "data"), *options]
    subprocess.run(command, check=True, capture_output=True, cwd=server.folder, user=server.user)


def _start(server: Server) -> subprocess.Popen[bytes]:
    network = [f"listen_addresses={'127.0.0.1' if server.port else ''}", f"port={server.port or 5432}"]
    settings = ["fsync=off", *network]
    options = ["-k", str(server.folder), *(word for each in settings for word in ("-c", each))]
    command = [program("postgres"), "-D", str(server.folder / "data"), *options]
    with (server.folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=server.folder, user=server.user)
    for _ in range(300):
        if server.psql(ADMIN, "SELECT 1").returncode == 0:
            return process
        assert process.poll() is None, server.log
        time.sleep(0.1)
    process.terminate()
    raise AssertionError(f"PostgreSQL did not become ready: {server.log}")
