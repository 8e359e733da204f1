"""etcd, the API server and what works on its objects."""

from mlgate.sandbox.layout import NODE_IP, SERVICES, Layout
from mlgate.sandbox.unit import Unit, program

# Where no pod can run, only what removes and completes objects is of use.
_API_ONLY = (
    "namespace-controller",
    "garbage-collector-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "root-ca-certificate-publisher-controller",
    "clusterrole-aggregation-controller",
    "persistentvolumeclaim-protection-controller",
    "validatingadmissionpolicy-status-controller",
)


def etcd(layout: Layout, client: int, peer: int) -> Unit:
    """The store; nothing in it outlives the cluster, so it need not wait for the disk."""
    url, peers = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    argv = (
        program("etcd"),
        f"--data-dir={layout.folder / 'etcd'}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
    )
    return Unit(name="etcd", argv=argv, ready=f"{url}/readyz")


def apiserver(layout: Layout, store: int) -> Unit:
    """The API server."""
    host, _, port = layout.address.partition(":")
    argv = (
        program("kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{store}",
        f"--bind-address={host}",
        f"--secure-port={port}",
        *([f"--advertise-address={NODE_IP}"] if layout.pods else ["--endpoint-reconciler-type=none"]),
        f"--tls-cert-file={layout.pki('apiserver.crt')}",
        f"--tls-private-key-file={layout.pki('apiserver.key')}",
        f"--client-ca-file={layout.pki('ca.crt')}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={layout.pki('sa.pub')}",
        f"--service-account-signing-key-file={layout.pki('sa.key')}",
        f"--service-cluster-ip-range={SERVICES}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged",
        f"--kubelet-certificate-authority={layout.pki('ca.crt')}",
        f"--kubelet-client-certificate={layout.pki('admin.crt')}",
        f"--kubelet-client-key={layout.pki('admin.key')}",
        "--kubelet-preferred-address-types=InternalIP",
    )
    return Unit(name="kube-apiserver", argv=argv, ready=f"https://{layout.address}/readyz")


def controller_manager(layout: Layout, port: int) -> Unit:
    """The controllers."""
    argv = (
        program("kube-controller-manager"),
        f"--kubeconfig={layout.folder / 'controller-manager.conf'}",
        "--use-service-account-credentials",
        f"--service-account-private-key-file={layout.pki('sa.key')}",
        f"--root-ca-file={layout.pki('ca.crt')}",
        f"--cluster-signing-cert-file={layout.pki('ca.crt')}",
        f"--cluster-signing-key-file={layout.pki('ca.key')}",
        *_listens(layout, port),
        *([] if layout.pods else [f"--controllers={','.join(_API_ONLY)}"]),
    )
    return Unit(name="kube-controller-manager", argv=argv, ready=f"https://127.0.0.1:{port}/healthz")


def scheduler(layout: Layout) -> Unit:
    """The scheduler."""
    port = 10259
    argv = (program("kube-scheduler"), f"--kubeconfig={layout.folder / 'scheduler.conf'}", *_listens(layout, port))
    return Unit(name="kube-scheduler", argv=argv, ready=f"https://127.0.0.1:{port}/healthz")


def _listens(layout: Layout, port: int) -> tuple[str, ...]:
    return (
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--tls-cert-file={layout.pki('apiserver.crt')}",
        f"--tls-private-key-file={layout.pki('apiserver.key')}",
    )
