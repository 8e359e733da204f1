"""The one node: container runtime, kubelet, Services; and the registry and git server that its pods use."""

import sys

from mlgate.sandbox.layout import NODE, NODE_IP, PODS, Layout
from mlgate.sandbox.unit import Unit, installed, program


def registry(layout: Layout) -> Unit:
    """The OCI registry, so that a digest is what a registry says it is."""
    argv = (program("registry"), "serve", str(layout.folder / "registry.yaml"))
    return Unit(name="registry", argv=argv, ready=f"http://{NODE_IP}:5000/v2/")


def git(layout: Layout) -> Unit:
    """git's own HTTP program behind a small server."""
    argv = (sys.executable, "-m", "mlgate.sandbox.git_http", str(layout.folder / "git"), NODE_IP, "3000")
    return Unit(name="git", argv=argv, ready=f"http://{NODE_IP}:3000/")


def containerd(layout: Layout) -> Unit:
    """The container runtime."""
    argv = (installed("containerd"), "--config", str(layout.folder / "containerd/config.toml"))
    return Unit(name="containerd", argv=argv, ready="http://127.0.0.1:1338/v1/metrics")


def kubelet(layout: Layout) -> Unit:
    """The kubelet, which comes to the API server as its node and nobody else."""
    argv = (
        program("kubelet"),
        f"--config={layout.folder / 'kubelet.yaml'}",
        f"--kubeconfig={layout.folder / 'node.conf'}",
        f"--root-dir={layout.folder / 'kubelet'}",
        f"--hostname-override={NODE}",
        f"--node-ip={NODE_IP}",
    )
    return Unit(name="kubelet", argv=argv, ready="http://127.0.0.1:10248/healthz")


def proxy(layout: Layout) -> Unit:
    """kube-proxy; limits of connection tracking belong to the whole machine, so it leaves them alone."""
    argv = (
        program("kube-proxy"),
        f"--kubeconfig={layout.folder / 'proxy.conf'}",
        "--proxy-mode=iptables",
        f"--hostname-override={NODE}",
        "--healthz-bind-address=127.0.0.1:10256",
        "--metrics-bind-address=127.0.0.1:10249",
        f"--cluster-cidr={PODS}",
        "--conntrack-max-per-core=0",
        "--conntrack-min=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
    )
    return Unit(name="kube-proxy", argv=argv, ready="http://127.0.0.1:10256/healthz")
