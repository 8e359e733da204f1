"""Images made by hand from files, the same bytes each time, and their way into the cluster's registry."""

import hashlib
import http.client
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mlgate.errors import ToolFailed
from mlgate.sandbox.layout import REGISTRY

_LAYER = "application/vnd.oci.image.layer.v1.tar"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CHUNK = 1 << 20
_TAKEN = (201, 202)
_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One layer in a file, with its description."""

    name: str
    layer: Path
    layer_digest: str
    config: bytes
    manifest: bytes

    @property
    def reference(self) -> str:
        """What a pod names, by digest."""
        return f"{REGISTRY}/{self.name}@{_sha256(self.manifest)}"


def make(  # noqa: PLR0913 - what an image consists of
    name: str,
    out: Path,
    files: Mapping[str, Path | bytes],
    *,
    links: Mapping[str, str] | None = None,
    entrypoint: tuple[str, ...] = (),
    command: tuple[str, ...] = (),
    user: str = "",
    path: str = "/bin",
) -> Image:
    """Write the layer into the folder ``out``; ``files`` maps a path in the image to a file or to bytes."""
    layer = out / f"{name}.tar"
    layer.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(layer, "w", format=tarfile.PAX_FORMAT) as archive:
        for place in _parents([*files, *(links or {})]):
            _folder(archive, place, 0o755)
        for place, content in sorted({**files, "tmp/": b""}.items()):
            _add(archive, place, content)
        for place, target in sorted((links or {}).items()):
            link = tarfile.TarInfo(place)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
    digest = _file_digest(layer)
    run: dict[str, Any] = {"Env": [f"PATH={path}"], "User": user, "WorkingDir": "/"}
    run |= {"Entrypoint": list(entrypoint)} if entrypoint else {}
    run |= {"Cmd": list(command)} if command else {}
    rootfs = {"type": "layers", "diff_ids": [digest]}
    config = _json({"architecture": "amd64", "os": "linux", "config": run, "rootfs": rootfs})
    layers = [{"mediaType": _LAYER, "digest": digest, "size": layer.stat().st_size}]
    about = {"mediaType": _CONFIG, "digest": _sha256(config), "size": len(config)}
    manifest = _json({"schemaVersion": 2, "mediaType": _MANIFEST, "config": about, "layers": layers})
    return Image(name=name, layer=layer, layer_digest=digest, config=config, manifest=manifest)


def push(image: Image, port: int) -> None:
    """Push to the registry behind a port of loopback. Raises ``ToolFailed``."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        with image.layer.open("rb") as layer:
            _blob(link, image.name, image.layer_digest, layer, image.layer.stat().st_size)
        _blob(link, image.name, _sha256(image.config), image.config, len(image.config))
        where = f"/v2/{image.name}/manifests/{_sha256(image.manifest)}"
        _ask(link, "PUT", where, image.manifest, {"Content-Type": _MANIFEST})
    except (OSError, http.client.HTTPException) as err:
        raise ToolFailed(f"the image {image.name} could not be pushed: {err}") from None
    finally:
        link.close()


def _blob(link: http.client.HTTPConnection, name: str, digest: str, content: Any, size: int) -> None:
    where = _ask(link, "POST", f"/v2/{name}/blobs/uploads/", b"", {})
    # The answer names the registry as the cluster does; only its path leads through the port.
    path = "/" + where.partition("://")[2].partition("/")[2] if "://" in where else where
    joined = f"{path}{'&' if '?' in path else '?'}digest={digest}"
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    _ask(link, "PUT", joined, content, headers)


def _ask(link: http.client.HTTPConnection, method: str, path: str, body: Any, headers: Mapping[str, str]) -> str:
    link.request(method, path, body=body, headers=dict(headers))
    answer = link.getresponse()
    said = answer.read()
    if answer.status not in _TAKEN:
        raise ToolFailed(f"the registry answered {answer.status} to {method} {path}: {said[:300]!r}")
    return answer.headers.get("Location", "")


def _add(archive: tarfile.TarFile, place: str, content: Path | bytes) -> None:
    info = tarfile.TarInfo(place)
    info.mode = 0o755
    if place.endswith("/"):
        _folder(archive, place.rstrip("/"), 0o1777)
    elif isinstance(content, bytes):
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    else:
        info.size = content.stat().st_size
        with content.open("rb") as file:
            archive.addfile(info, file)


def _folder(archive: tarfile.TarFile, place: str, mode: int) -> None:
    info = tarfile.TarInfo(place)
    info.type, info.mode = tarfile.DIRTYPE, mode
    archive.addfile(info)


def _parents(places: Iterable[str]) -> list[str]:
    # What an archive does not name is made with the rights that the runtime happens to give.
    return sorted({str(each) for place in places for each in PurePosixPath(place).parents if each.name})


def _file_digest(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total.update(chunk)
    return f"sha256:{total.hexdigest()}"


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _json(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
