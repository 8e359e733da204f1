"""A registry in this process: the pull half of the OCI distribution API, with tokens, redirects and wrong bytes."""

import base64
import contextlib
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
BASIC = "Basic " + base64.b64encode(b"robot:s3cret").decode()


def layer(members: Mapping[str, bytes | tarfile.TarInfo | None]) -> bytes:
    """A compressed layer; None is a folder, a TarInfo is taken as it is."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content) if isinstance(content, bytes) else 0
            info.type = tarfile.DIRTYPE if content is None else info.type
            archive.addfile(info, io.BytesIO(content if isinstance(content, bytes) else b""))
    return gzip.compress(out.getvalue(), mtime=0)


def sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass
class Fake:
    """What it serves: ``blobs`` by digest, ``manifests`` by digest; and what it was asked with."""

    auth: str = ""
    redirect: bool = False
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    def push(self, layers: Sequence[bytes]) -> str:
        """Put an image in; returns HOST/NAME@DIGEST."""
        self.blobs |= {sha(each): each for each in layers}
        found = [{"mediaType": GZIP, "digest": sha(each), "size": len(each)} for each in layers]
        return self.put({"schemaVersion": 2, "layers": found})

    def put(self, manifest: Mapping[str, Any]) -> str:
        """Put a manifest in as it is."""
        text = json.dumps(manifest).encode()
        self.manifests[sha(text)] = text
        return f"127.0.0.1:{self.port}/team/fraud@{sha(text)}"


@contextlib.contextmanager
def serving(auth: str = "", *, redirect: bool = False) -> Iterator[Fake]:
    """A registry that asks for nothing, basic or bearer; with ``redirect`` blobs lie with another server."""
    fake = Fake(auth=auth, redirect=redirect)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    fake.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server asks for
            given = self.headers.get("Authorization", "")
            fake.asked.append((self.path, given))
            kind, digest = self.path.split("/")[-2:]
            if self.path.startswith("/token?"):
                known = given == BASIC and "scope=repository%3Ateam%2Ffraud%3Apull" in self.path
                self._send(200 if known else 401, b'{"token": "t0ken"}' if known else b"")
            elif self.path.startswith("/v2/") and not self._known(given):
                self._send(401, b"", self._challenge())
            elif kind == "blobs" and fake.redirect and self.path.startswith("/v2/"):
                self._send(307, b"", {"Location": f"http://localhost:{fake.port}/storage/blobs/{digest}"})
            else:
                found = (fake.blobs if kind == "blobs" else fake.manifests).get(digest)
                self._send(404 if found is None else 200, found or b"")

        def _known(self, given: str) -> bool:
            return given == {"": "", "basic": BASIC, "bearer": "Bearer t0ken"}[fake.auth]

        def _challenge(self) -> dict[str, str]:
            bearer = f'Bearer realm="http://127.0.0.1:{fake.port}/token",service="r",scope="repository:team/fraud:pull"'
            return {"WWW-Authenticate": bearer if fake.auth == "bearer" else 'Basic realm="r"'}

        def _send(self, code: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(code)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Silent."""

    return Handler
