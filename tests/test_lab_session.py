"""JupyterLab as `make notebook` starts it: who gets in, and what is left when it ends."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import lab_place
from checkouts import git
from lab_place import Place, Running
from mlgate.image import ports
from mlgate.image.loopback import opener

pytestmark = pytest.mark.xdist_group("lab")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return lab_place.make(tmp_path_factory.mktemp("session"))


@pytest.fixture
def served(place: Place) -> Iterator[Running]:
    with lab_place.running(place) as lab:
        yield lab


def ask(lab: Running, path: str, *, token: bool = True, data: bytes | None = None) -> bytes:
    """What the server's own interface answers."""
    address = f"http://127.0.0.1:{lab.port}/api/{path}"
    headers = {"Authorization": f"token {lab.url.partition('token=')[2]}"} if token else {}
    with opener(address).open(urllib.request.Request(address, data, headers), timeout=60) as answer:
        return bytes(answer.read())


def processes(place: Place) -> list[str]:
    """Command lines that name the checkout: servers, and kernels by the folder that they run in."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line, there = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(),
                str((folder / "cwd").readlink()),
            )
        except OSError:
            continue
        if there.startswith(str(place.root)):
            found.append(line)
    return found


def gone(place: Place) -> bool:
    """Wait, for as long as a slow machine needs, until no process works in the checkout."""
    end = time.monotonic() + 60
    while processes(place) and time.monotonic() < end:
        time.sleep(0.2)
    return not processes(place)


def refused(place: Place, port: int) -> tuple[int, str]:
    done = subprocess.run(
        lab_place.command(place, port),
        env=lab_place.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr


def test_only_who_has_the_token_gets_in_and_ctrl_c_leaves_nothing(place: Place, served: Running) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        ask(served, "contents", token=False)
    names = {each["name"] for each in json.loads(ask(served, "contents"))["content"]}
    assert {"data", "jdbc", place.notebook.name} <= names
    kernel = json.loads(ask(served, "kernels", data=b'{"name": "python3"}'))
    assert kernel["name"] == "python3"
    assert any("kernel.py" in line for line in processes(place))
    token = served.url.partition("token=")[2]
    assert not [line for line in processes(place) if token in line]
    assert served.interrupt() == 0
    assert gone(place)
    assert not os.path.lexists(place.model / "data")
    assert git(place.root, "status", "--porcelain") == ""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", served.port))


def test_it_listens_on_loopback_alone_and_one_folder_has_one(place: Place, served: Running) -> None:
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {each[1] for each in listening if each[3] == "0A" and each[1].endswith(f":{served.port:04X}")}
    assert addresses == {f"0100007F:{served.port:04X}"}
    code, said = refused(place, ports.free(1)[0])
    assert code == 2
    assert "a JupyterLab is open on" in said
    assert (place.model / "data").is_symlink()


def test_nothing_survives_a_killed_launcher_and_the_next_start_works(place: Place) -> None:
    with lab_place.running(place) as lab:
        ask(lab, "kernels", data=b'{"name": "python3"}')
        lab.process.kill()
        lab.process.wait(30)
        assert gone(place)
    with lab_place.running(place) as lab:
        assert lab.interrupt() == 0
    assert not os.path.lexists(place.model / "data")


def test_a_port_in_use_is_named_with_the_way_out(place: Place) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        code, said = refused(place, port)
    assert code == 2
    assert f"port {port} is in use" in said
    assert "--port" in said
    assert "Traceback" not in said
    assert not os.path.lexists(place.model / "data")


def test_a_folder_of_the_persons_is_never_replaced(place: Place) -> None:
    (place.model / "data").mkdir()
    (place.model / "data" / "mine.txt").write_text("mine")
    code, said = refused(place, ports.free(1)[0])
    assert code == 2
    assert "is in the way" in said
    assert (place.model / "data" / "mine.txt").read_text() == "mine"
    (place.model / "data" / "mine.txt").unlink()
    (place.model / "data").rmdir()
