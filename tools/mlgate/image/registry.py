"""Reading an image out of a registry by digest, over the OCI distribution API; nothing unverified is handed on."""

import base64
import hashlib
import json
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import IO, Any

from mlgate.errors import ToolFailed, UsageError
from mlgate.image.loopback import is_local, opener

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_MANIFESTS = (MANIFEST, "application/vnd.docker.distribution.manifest.v2+json")
_PART = "[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_NAME = re.compile(
    rf"(?P<host>[a-z0-9][a-z0-9.-]*(:[0-9]+)?)/(?P<name>{_PART}(?:/{_PART})*)@(?P<digest>sha256:[0-9a-f]{{64}})",
    re.ASCII,
)
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"', re.ASCII)
_MANIFEST_LIMIT = 4 << 20
_LAYERS_LIMIT = 8 << 30
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Login:
    """What a registry is told; nothing when ``user`` is empty."""

    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Blob:
    """One piece of an image: its digest, bytes and media type, as the manifest states them."""

    digest: str
    size: int
    media_type: str


class Registry:
    """The repository of one image, ``host/name@sha256:...``; raises ``UsageError`` for anything else."""

    def __init__(self, image: str, login: Login | None = None) -> None:
        found = _NAME.fullmatch(image)
        if found is None:
            raise UsageError(f"{image[:120]!r} is not HOST/NAME@sha256:<64 hex digits>")
        self.digest = found["digest"]
        self._login = login or Login()
        scheme = "http" if is_local(f"//{found['host']}") else "https"
        self._url = f"{scheme}://{found['host']}/v2/{found['name']}"
        self._authorization = ""

    def layers(self) -> tuple[Blob, ...]:
        """The layers, lowest first; raises ``ToolFailed`` when the manifest is not the digest's or not one image's."""
        text = self._manifest()
        try:
            content = json.loads(text)
            found = tuple(Blob(each["digest"], int(each["size"]), each["mediaType"]) for each in content["layers"])
        except (ValueError, KeyError, TypeError):
            raise ToolFailed(f"{self.digest} is not the manifest of one image") from None
        if sum(blob.size for blob in found) > _LAYERS_LIMIT or any(blob.size < 0 for blob in found):
            raise ToolFailed(f"the layers of {self.digest} are larger than {_LAYERS_LIMIT >> 30} GiB")
        return found

    def blob(self, blob: Blob) -> IO[bytes]:
        """A layer in a file that is gone once closed, after size and sha256 were found right; else ``ToolFailed``."""
        out = tempfile.TemporaryFile(prefix="mlgate-layer-")  # noqa: SIM115 - the caller closes it
        try:
            self._copy(f"{self._url}/blobs/{_checked(blob.digest)}", blob, out)
        except BaseException:
            out.close()
            raise
        out.seek(0)
        return out

    def _manifest(self) -> bytes:
        with tempfile.TemporaryFile() as out:
            whole = Blob(self.digest, -1, MANIFEST)
            self._copy(f"{self._url}/manifests/{self.digest}", whole, out)
            out.seek(0)
            return out.read()

    def _copy(self, url: str, blob: Blob, out: IO[bytes]) -> None:
        hashed, size = hashlib.sha256(), 0
        for chunk in self._chunks(url):
            size += len(chunk)
            if size > (_MANIFEST_LIMIT if blob.size < 0 else blob.size):
                raise ToolFailed(f"the registry sent more bytes than {blob.digest} has")
            hashed.update(chunk)
            out.write(chunk)
        if f"sha256:{hashed.hexdigest()}" != blob.digest or blob.size not in (-1, size):
            raise ToolFailed(f"the registry sent other bytes than {blob.digest} stands for")

    def _chunks(self, url: str) -> Iterator[bytes]:
        try:
            with self._open(url) as answer:
                while chunk := answer.read(1 << 20):
                    yield chunk
        except urllib.error.HTTPError as err:
            fix = "check the Secret registry-credentials" if err.code in (401, 403) else ""
            raise ToolFailed(f"{url}: the registry answered {err.code} {err.reason}", fix=fix) from None
        except (OSError, HTTPException) as err:
            raise ToolFailed(f"{url}: the registry does not answer: {err}") from None

    def _open(self, url: str) -> IO[bytes]:
        try:
            return _get(url, self._authorization)
        except urllib.error.HTTPError as err:
            if err.code != 401 or self._authorization:
                raise
            self._authorization = self._answer(err.headers.get("WWW-Authenticate", ""))
            if not self._authorization:
                raise
        return _get(url, self._authorization)

    def _answer(self, challenge: str) -> str:
        """The Authorization header for a challenge; "" when there is nothing to answer with."""
        scheme, _, rest = challenge.partition(" ")
        asked = dict(_CHALLENGE.findall(rest))
        if scheme.lower() == "bearer" and "realm" in asked:
            return f"Bearer {self._token(asked)}"
        return self._basic() if scheme.lower() == "basic" else ""

    def _token(self, asked: Mapping[str, str]) -> str:
        realm = asked["realm"]
        # The password goes there: only over TLS, or to this machine.
        if not realm.startswith("https://") and not is_local(realm):
            raise ToolFailed(f"the registry names {realm[:120]!r} for tokens, which is not https")
        query = urllib.parse.urlencode({name: asked[name] for name in ("service", "scope") if name in asked})
        with _get(f"{realm}?{query}", self._basic()) as answer:
            content = _mapping(answer.read(_MANIFEST_LIMIT))
        token = content.get("token") or content.get("access_token")
        if not isinstance(token, str) or not token.isprintable():
            raise ToolFailed("the registry's token service sent no token")
        return token

    def _basic(self) -> str:
        pair = f"{self._login.user}:{self._login.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}" if self._login.user else ""


def login(config: str, image: str) -> Login:
    """The entry of a ``.dockerconfigjson`` for the registry of ``image``; empty when there is none.

    Raises ``UsageError``, without showing anything of it, when ``config`` cannot be read.
    """
    host = image.partition("/")[0]
    try:
        entry = (json.loads(config) if config.strip() else {}).get("auths", {}).get(host, {})
        pair = base64.b64decode(entry["auth"], validate=True).decode() if entry.get("auth") else ""
        user, _, password = pair.partition(":")
        return Login(entry.get("username") or user, entry.get("password") or password)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError("the registry's credentials are not a .dockerconfigjson") from None


def _get(url: str, authorization: str) -> IO[bytes]:
    request = urllib.request.Request(url, headers={"Accept": ", ".join(_MANIFESTS)})  # noqa: S310 - http(s) by _url
    if authorization:
        # Not sent on after a redirect: blobs often lie with a storage service of another host.
        request.add_unredirected_header("Authorization", authorization)
    answer: IO[bytes] = opener(url).open(request, timeout=_TIMEOUT_S)
    return answer


def _checked(digest: str) -> str:
    if not isinstance(digest, str) or not re.fullmatch(r"sha256:[0-9a-f]{64}", digest, re.ASCII):
        raise ToolFailed(f"the manifest names {str(digest)[:80]!r}, which is no sha256 digest")
    return digest


def _mapping(text: bytes) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    return content if isinstance(content, dict) else {}
