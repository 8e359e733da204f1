# METADATA
# title: No deployment without a passing report
# description: >-
#   A SeldonDeployment is admitted only when every container image is pinned by digest and its namespace holds a
#   ModelAccuracy for exactly that digest that passes under this constraint's own parameters.
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
	count(_images) == 0
	msg := sprintf("MR001 %s: no container image was found to judge", [_name])
}

violation contains {"msg": msg} if {
	some container in _containers
	not is_string(object.get(container, "image", null))
	msg := sprintf("MR001 %s: a container has no image", [_name])
}

# A predictor without containers of its own gets one from the operator, with a model that nobody measured.
violation contains {"msg": msg} if {
	some predictor in input.review.object.spec.predictors
	count([container | some component in predictor.componentSpecs; some container in component.spec.containers]) == 0
	msg := sprintf("MR001 %s: a predictor has no container", [_name])
}

violation contains {"msg": msg} if {
	some field, values in _prepackaged
	some value in values
	msg := sprintf("MR001 %s: %s %v brings a model that has no digest", [_name, field, value])
}

# Routers of the engine; every other implementation is a server that fetches a model by URI.
_modelless := {"AVERAGE_COMBINER", "RANDOM_ABTEST", "SIMPLE_ROUTER", "UNKNOWN_IMPLEMENTATION"}

_prepackaged[field] contains value if {
	walk(input.review.object.spec, [path, value])
	field := path[count(path) - 1]
	field in {"implementation", "modelUri"}
	not value in _modelless
	value != ""
}

_containers := [container |
	some predictor in input.review.object.spec.predictors
	some component in predictor.componentSpecs
	some kind in ["containers", "initContainers"]
	some container in component.spec[kind]
]

# Wherever it stands: containers, init containers, explainers.
_images := {image |
	walk(input.review.object.spec, [path, image])
	path[count(path) - 1] == "image"
}

_pinned(image) if {
	is_string(image)
	regex.match(`^[^@\s]+@sha256:[0-9a-f]{64}$`, image)
}

_digest(image) := split(image, "@")[1]

_released(digest) if {
	some group_version
	startswith(group_version, "ai.devops.demo/")
	some report in data.inventory.namespace[_namespace][group_version].ModelAccuracy
	_digest(report.spec.image) == digest
	count(accuracy.reasons(report, object.get(input, "parameters", {}))) == 0
}

_name := sprintf("SeldonDeployment %s", [input.review.object.metadata.name]) if {
	is_string(input.review.object.metadata.name)
} else := "the object"

_namespace := input.review.object.metadata.namespace if {
	is_string(input.review.object.metadata.namespace)
} else := "(none)"
