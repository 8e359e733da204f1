"""The files that the components read."""

import json
from typing import Any

from mlgate.sandbox.layout import DNS_IP, NODE_IP, PODS, REGISTRY, Layout

CNI_NETWORK = "pods"


def write(layout: Layout, pause: str) -> None:
    """Write every file of a cluster with a node; ``pause`` is the image that holds a pod's namespaces."""
    folder = layout.folder
    _put(layout, "hosts", f"127.0.0.1 localhost\n{NODE_IP} node1 registry.sandbox git.sandbox\n")
    _put(layout, "resolv.conf", f"nameserver {DNS_IP}\n")
    _put(layout, "kubelet.yaml", json.dumps(_kubelet(layout)))
    _put(layout, "containerd/config.toml", _containerd(layout, pause))
    _put(layout, "containerd/cni/10-pods.conflist", json.dumps(_cni(layout)))
    host = f'server = "http://{REGISTRY}"\n[host."http://{REGISTRY}"]\n  capabilities = ["pull", "resolve"]\n'
    _put(layout, f"containerd/certs.d/{REGISTRY}/hosts.toml", host)
    _put(layout, "registry.yaml", json.dumps(_registry(layout)))
    for name in ("kubelet", "podlogs", "git"):
        (folder / name).mkdir(exist_ok=True)


def kubeconfigs(layout: Layout) -> None:
    """Write one kubeconfig per component, and the administrator's for people, who come by loopback."""
    for user in ("controller-manager", "scheduler", "node", "proxy"):
        _put(layout, f"{user}.conf", json.dumps(kubeconfig(layout, user, layout.address)))
    _put(layout, "kubeconfig", json.dumps(kubeconfig(layout, "admin", f"127.0.0.1:{layout.ports.api}")))
    layout.kubeconfig.chmod(0o600)


def kubeconfig(layout: Layout, user: str, address: str) -> dict[str, Any]:
    """A kubeconfig that names key and certificate by their paths."""
    server = {"server": f"https://{address}", "certificate-authority": layout.pki("ca.crt")}
    keys = {"client-certificate": layout.pki(f"{user}.crt"), "client-key": layout.pki(f"{user}.key")}
    name = f"mlgate-{layout.name}"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": server}],
        "users": [{"name": name, "user": keys}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def _put(layout: Layout, name: str, text: str) -> None:
    path = layout.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _kubelet(layout: Layout) -> dict[str, Any]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        # All that it makes is below one, so that the machine's own are left alone and ours are found again.
        "cgroupsPerQOS": True,
        "cgroupRoot": layout.cgroup,
        "enforceNodeAllocatable": [],
        "containerRuntimeEndpoint": f"unix://{layout.folder}/containerd/run.sock",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": layout.pki("ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "address": NODE_IP,
        "tlsCertFile": layout.pki("node.crt"),
        "tlsPrivateKeyFile": layout.pki("node.key"),
        "clusterDomain": "cluster.local",
        "clusterDNS": [DNS_IP],
        "resolvConf": str(layout.folder / "resolv.conf"),
        "podLogsDir": str(layout.folder / "podlogs"),
        "failSwapOn": False,
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "imagefs.available": "1%",
            "nodefs.inodesFree": "1%",
        },
        "localStorageCapacityIsolation": False,
        # Many small images come one after the other, from this machine.
        "serializeImagePulls": False,
        "registryPullQPS": 0,
        "syncFrequency": "10s",
    }


def _containerd(layout: Layout, pause: str) -> str:
    place = layout.folder / "containerd"
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    return f"""version = 2
root = "{place}/root"
state = "{place}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "{place}/run.sock"
[metrics]
  address = "127.0.0.1:1338"
[plugins."io.containerd.internal.v1.opt"]
  path = "{place}/opt"
[{cri}]
  # A pod may not be given a lower score than this machine gave us.
  restrict_oom_score_adj = true
  sandbox_image = "{pause}"
  [{cri}.cni]
    conf_dir = "{place}/cni"
    bin_dir = "/usr/lib/cni"
  [{cri}.registry]
    config_path = "{place}/certs.d"
  [{cri}.containerd]
    snapshotter = "overlayfs"
    [{cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
"""


def _cni(layout: Layout) -> dict[str, Any]:
    ipam = {
        "type": "host-local",
        "dataDir": str(layout.folder / "containerd" / "addresses"),
        "ranges": [[{"subnet": PODS}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    # Each pod by a wire of its own: on a bridge, answers between pods would pass by the packet rules of Services.
    wire = {"type": "ptp", "ipMasq": False, "ipam": ipam}
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "0.4.0", "name": CNI_NETWORK, "plugins": [wire, ports]}


def _registry(layout: Layout) -> dict[str, Any]:
    return {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(layout.folder / "registry")}, "delete": {"enabled": True}},
        "http": {"addr": f"{NODE_IP}:5000"},
    }
