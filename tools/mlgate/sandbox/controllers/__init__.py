"""Controllers that run in a cluster as pods, from their published manifests and from images made here."""

from mlgate.sandbox.controllers.argocd import ARGOCD
from mlgate.sandbox.controllers.gatekeeper import GATEKEEPER
from mlgate.sandbox.controllers.tekton import TEKTON

KNOWN = {each.name: each for each in (ARGOCD, GATEKEEPER, TEKTON)}
