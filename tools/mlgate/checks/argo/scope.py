"""Which objects live in a namespace, and which namespace Argo CD gives to those that name none."""

from collections.abc import Iterable, Sequence

from mlgate.checks.model import Object, group_of

_CLUSTER_WIDE = {
    "": {"ComponentStatus", "Namespace", "Node", "PersistentVolume"},
    "admissionregistration.k8s.io": {
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    },
    "apiextensions.k8s.io": {"CustomResourceDefinition"},
    "apiregistration.k8s.io": {"APIService"},
    "cert-manager.io": {"ClusterIssuer"},
    "certificates.k8s.io": {"CertificateSigningRequest", "ClusterTrustBundle"},
    "console.openshift.io": {"ConsoleLink", "ConsoleNotification", "ConsolePlugin"},
    "external-secrets.io": {"ClusterExternalSecret", "ClusterSecretStore"},
    "flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
    "networking.k8s.io": {"IngressClass", "IPAddress", "ServiceCIDR"},
    "node.k8s.io": {"RuntimeClass"},
    "operator.tekton.dev": {"TektonChain", "TektonConfig", "TektonDashboard", "TektonPipeline", "TektonTrigger"},
    "project.openshift.io": {"Project", "ProjectRequest"},
    "rbac.authorization.k8s.io": {"ClusterRole", "ClusterRoleBinding"},
    "scheduling.k8s.io": {"PriorityClass"},
    "security.openshift.io": {"SecurityContextConstraints"},
    "serving.kserve.io": {"ClusterServingRuntime", "ClusterStorageContainer"},
    "storage.k8s.io": {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"},
}
# Every kind of these groups is cluster-wide.
_GROUPS = {
    "config.openshift.io",
    "constraints.gatekeeper.sh",
    "expansion.gatekeeper.sh",
    "mutations.gatekeeper.sh",
    "syncset.gatekeeper.sh",
    "templates.gatekeeper.sh",
}


def defined(objects: Iterable[Object]) -> dict[tuple[str, str], bool]:
    """Whether a kind is cluster-wide, by group and kind, as the CRDs among ``objects`` say."""
    found = {}
    for obj in objects:
        match obj:
            case {
                "kind": "CustomResourceDefinition",
                "spec": {"group": group, "scope": scope, "names": {"kind": kind}},
            }:
                found[str(group), str(kind)] = scope == "Cluster"
    return found


def is_cluster_wide(obj: Object, known: dict[tuple[str, str], bool]) -> bool:
    """True for an object that has no namespace; ``known`` comes from ``defined`` and wins."""
    group, kind = group_of(obj), str(obj.get("kind"))
    usual = group in _GROUPS or kind in _CLUSTER_WIDE.get(group, ())
    return known.get((group, kind), usual)


def placed(objects: Sequence[Object], namespace: str, known: dict[tuple[str, str], bool]) -> tuple[Object, ...]:
    """``objects`` with the destination's namespace where they need one and name none."""
    return tuple(_placed(obj, namespace) if _bare(obj, known) else obj for obj in objects)


def _bare(obj: Object, known: dict[tuple[str, str], bool]) -> bool:
    meta = obj.get("metadata")
    return isinstance(meta, dict) and not meta.get("namespace") and not is_cluster_wide(obj, known)


def _placed(obj: Object, namespace: str) -> Object:
    return {**obj, "metadata": {**obj["metadata"], "namespace": namespace}} if namespace else obj
