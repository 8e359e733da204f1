"""The cluster's own certificate authority and what it signs; made once per cluster, by openssl."""

from dataclasses import dataclass
from pathlib import Path

from mlgate.process import Tool
from mlgate.sandbox.layout import FIRST_SERVICE_IP, NODE, NODE_IP

_OPENSSL = Tool("openssl", hint="install openssl")
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_DAYS = "30"  # longer than a throw-away cluster lives
_SERVICE = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a certificate names: Kubernetes takes O for a group and CN for a user."""

    name: str
    subject: str
    alternatives: tuple[str, ...] = ()


IDENTITIES = (
    Identity(
        "apiserver",
        "/CN=kube-apiserver",
        ("localhost", *_SERVICE, "127.0.0.1", FIRST_SERVICE_IP, NODE_IP),
    ),
    Identity("admin", "/O=system:masters/CN=admin"),
    # NodeRestriction holds only a kubelet that comes as its node.
    Identity("node", f"/O=system:nodes/CN=system:node:{NODE}", (NODE, NODE_IP)),
    Identity("controller-manager", "/CN=system:kube-controller-manager"),
    Identity("scheduler", "/CN=system:kube-scheduler"),
    Identity("proxy", "/CN=system:kube-proxy"),
)


def make(folder: Path) -> None:
    """Make all keys and certificates in a new folder. Raises ``ToolFailed`` or ``MissingTool``."""
    folder.mkdir(mode=0o700)
    ca = ["-x509", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=mlgate-cluster"]
    _openssl(folder, "req", *_KEY, *ca, "-days", _DAYS, "-addext", "basicConstraints=critical,CA:TRUE")
    _openssl(folder, "genrsa", "-out", "sa.key", "2048")
    _openssl(folder, "rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub")
    for identity in IDENTITIES:
        _sign(folder, identity)


def _sign(folder: Path, identity: Identity) -> None:
    name = identity.name
    names = [f"IP:{each}" if each[0].isdigit() else f"DNS:{each}" for each in identity.alternatives or (name,)]
    usage = "extendedKeyUsage=serverAuth,clientAuth"
    (folder / f"{name}.ext").write_text(f"subjectAltName={','.join(names)}\n{usage}\n")
    _openssl(folder, "req", *_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", identity.subject)
    signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", _DAYS]
    files = ["-in", f"{name}.csr", "-out", f"{name}.crt", "-extfile", f"{name}.ext"]
    _openssl(folder, "x509", "-req", *signer, *files)


def _openssl(folder: Path, *args: str) -> None:
    _OPENSSL.run(args, cwd=folder)
