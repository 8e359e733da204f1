# METADATA
# title: No model without a passing report
# description: >-
#   What serves a model is admitted only when every container image is pinned by digest and its namespace holds a
#   ModelAccuracy for exactly that digest that passes under this constraint's own parameters. A Deployment,
#   StatefulSet or DaemonSet serves a model when it is labelled so or runs an image of the model's repository;
#   of another one only such images are judged.
# custom: {id: MR001}
package model_release

import data.lib.accuracy

violation contains {"msg": msg} if {
	some image in _images
	not _pinned(image)
	msg := sprintf("MR001 %s: image %v is not pinned by digest (NAME@sha256:...)", [_name, image])
}

violation contains {"msg": msg} if {
	some image in _images
	_pinned(image)
	not _released(_digest(image))
	msg := sprintf(
		"MR001 %s: no passing ModelAccuracy for %s in namespace %s: release it by mlgate pipeline run",
		[_name, _digest(image), _namespace],
	)
}

violation contains {"msg": msg} if {
	_serves
	count(_images) == 0
	msg := sprintf("MR001 %s: no container image was found to judge", [_name])
}

violation contains {"msg": msg} if {
	_serves
	some container in _containers
	not is_string(object.get(container, "image", null))
	msg := sprintf("MR001 %s: a container has no image", [_name])
}

# A predictor without containers of its own gets one from the operator, with a model that nobody measured.
violation contains {"msg": msg} if {
	some predictor in _spec.predictors
	count([container | some component in predictor.componentSpecs; some container in component.spec.containers]) == 0
	msg := sprintf("MR001 %s: a predictor has no container", [_name])
}

violation contains {"msg": msg} if {
	some field, values in _prepackaged
	some value in values
	msg := sprintf("MR001 %s: %s %v brings a model that has no digest", [_name, field, value])
}

violation contains {"msg": msg} if {
	_kind == "InferenceService"
	some part in object.keys(_spec) | {"predictor"}
	count(object.get(_spec, [part, "containers"], [])) == 0
	msg := sprintf("MR001 %s: %s has no container", [_name, part])
}

# Closed: a runtime of KServe that is not known here brings its own server and fetches a model by URI.
violation contains {"msg": msg} if {
	_kind == "InferenceService"
	some part, content in _spec
	some field in object.keys(content)
	not field in _of_a_custom_predictor
	msg := sprintf("MR001 %s: %s.%s is no field of a predictor with a container of its own", [_name, part, field])
}

# Routers of the engine; every other implementation is a server that fetches a model by URI.
_modelless := {"AVERAGE_COMBINER", "RANDOM_ABTEST", "SIMPLE_ROUTER", "UNKNOWN_IMPLEMENTATION"}

_prepackaged[field] contains value if {
	walk(_spec, [path, value])
	field := path[count(path) - 1]
	field in {"implementation", "modelUri", "storageUri"}
	not value in _modelless
	value != ""
}

# The variable by which KServe fetches a model into any container.
_prepackaged.variable contains "STORAGE_URI" if {
	walk(_spec, [path, "STORAGE_URI"])
	path[count(path) - 1] == "name"
}

# Of KServe's own fields those that name no model, and those of a pod.
_of_a_custom_predictor := {
	"annotations", "containerConcurrency", "deploymentStrategy", "labels", "maxReplicas", "minReplicas",
	"scaleMetric", "scaleMetricType", "scaleTarget", "timeout",
	"affinity", "automountServiceAccountToken", "containers", "enableServiceLinks", "imagePullSecrets",
	"initContainers", "nodeSelector", "priorityClassName", "securityContext", "serviceAccountName",
	"terminationGracePeriodSeconds", "tolerations", "topologySpreadConstraints", "volumes",
}

_workloads := {"DaemonSet", "Deployment", "StatefulSet"}

_label := "ai.devops.demo/model"

# Fails closed: a kind that is not known here serves, and so does a workload while no repository is named.
_serves if not _kind in _workloads

_serves if not is_string(_repository)

_serves if _label in object.keys(object.get(input.review.object, ["metadata", "labels"], {}))

# A Service finds a pod by the labels of the template.
_serves if _label in object.keys(object.get(_spec, ["template", "metadata", "labels"], {}))

_repository := object.get(input, ["parameters", "modelImage"], null)

_containers := [container |
	walk(_spec, [path, containers])
	path[count(path) - 1] in {"containers", "initContainers"}
	is_array(containers)
	some container in containers
]

# Wherever it stands: containers, init containers, explainers, volumes.
_all_images := {image |
	walk(_spec, [path, image])
	path[count(path) - 1] == "image"
}

_images := _all_images if {
	_serves
} else := {image | some image in _all_images; _holds_model(image)}

_holds_model(image) if not is_string(image)

_holds_model(image) if regex.replace(image, `(:[^:/@]*)?(@.*)?$`, "") == _repository

# The same bytes under the name of another repository.
_holds_model(image) if {
	some reports in _reports
	some report in reports
	_digest(report.spec.image) == _digest(image)
}

_pinned(image) if {
	is_string(image)
	regex.match(`^[^@\s]+@sha256:[0-9a-f]{64}$`, image)
}

_digest(image) := split(image, "@")[1]

_reports[namespace] contains report if {
	some namespace, groups in data.inventory.namespace
	some group_version, kinds in groups
	startswith(group_version, "ai.devops.demo/")
	some report in kinds.ModelAccuracy
}

_released(digest) if {
	some report in _reports[_namespace]
	_digest(report.spec.image) == digest
	count(accuracy.reasons(report, object.get(input, "parameters", {}))) == 0
}

_kind := input.review.object.kind if {
	is_string(input.review.object.kind)
} else := ""

_spec := object.get(input.review.object, "spec", {})

_name := sprintf("%s %s", [_kind, input.review.object.metadata.name]) if {
	_kind != ""
	is_string(input.review.object.metadata.name)
} else := "the object"

_namespace := input.review.object.metadata.namespace if {
	is_string(input.review.object.metadata.namespace)
} else := "(none)"
