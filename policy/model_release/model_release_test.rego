package model_release_test

import data.model_release

_digest := sprintf("sha256:%s", [concat("", ["ab" | some _ in numbers.range(1, 32)])])

_image := sprintf("registry.example.com/fraud@%s", [_digest])

_report := {
	"metadata": {"name": "m", "namespace": "demo-dev"},
	"spec": {
		"modelName": "fraud-detection",
		"image": _image,
		"accuracy": 0.976,
		"counts": {"truePositive": 45, "falsePositive": 1, "trueNegative": 199, "falseNegative": 5},
		"evidence": {"datasetSha256": "a", "gitCommit": "b", "modelSha256": "c", "wrapperSha256": "d"},
	},
}

_deployment(image) := {
	"kind": "SeldonDeployment",
	"metadata": {"name": "fraud", "namespace": "demo-dev"},
	"spec": {"predictors": [{"componentSpecs": [{"spec": {"containers": [{"name": "c", "image": image}]}}]}]},
}

_inventory(namespace, report) := {"namespace": {namespace: {"ai.devops.demo/v1": {"ModelAccuracy": {"m": report}}}}}

_messages(deployment, threshold, inventory) := messages if {
	messages := {v.msg | some v in model_release.violation} with input as {
		"review": {"object": deployment},
		"parameters": {"accuracyThreshold": threshold},
	}
		with data.inventory as inventory
}

_none := {sprintf("MR001 SeldonDeployment fraud: no passing ModelAccuracy for %s in namespace demo-dev: release it by mlgate pipeline run", [_digest])}

test_released_image_is_admitted if {
	_messages(_deployment(_image), 0.9, _inventory("demo-dev", _report)) == set()
}

test_report_below_todays_threshold_does_not_count if {
	_messages(_deployment(_image), 0.98, _inventory("demo-dev", _report)) == _none
}

test_report_in_another_namespace_does_not_count if {
	_messages(_deployment(_image), 0.9, _inventory("demo-cicd", _report)) == _none
}

test_empty_inventory_is_denied if {
	_messages(_deployment(_image), 0.9, {}) == _none
}

test_tag_is_denied if {
	_messages(_deployment("registry.example.com/fraud:latest"), 0.9, _inventory("demo-dev", _report)) == {"MR001 SeldonDeployment fraud: image registry.example.com/fraud:latest is not pinned by digest (NAME@sha256:...)"}
}

test_no_containers_is_denied if {
	deployment := {"kind": "SeldonDeployment", "metadata": {"name": "fraud", "namespace": "demo-dev"}, "spec": {"predictors": []}}
	_messages(deployment, 0.9, {}) == {"MR001 SeldonDeployment fraud: no container image was found to judge"}
}

test_container_without_image_is_denied if {
	containers := [{"name": "c", "image": _image}, {"name": "d"}]
	deployment := object.union(_deployment(_image), {"spec": {"predictors": [{"componentSpecs": [{"spec": {"containers": containers}}]}]}})
	_messages(deployment, 0.9, _inventory("demo-dev", _report)) == {"MR001 SeldonDeployment fraud: a container has no image"}
}

_with_predictor(predictor) := json.patch(_deployment(_image), [{"op": "add", "path": "/spec/predictors/-", "value": predictor}])

test_predictor_without_container_is_denied if {
	_messages(_with_predictor({"name": "p"}), 0.9, _inventory("demo-dev", _report)) == {"MR001 SeldonDeployment fraud: a predictor has no container"}
}

test_prepackaged_server_is_denied if {
	predictor := object.union(_deployment(_image).spec.predictors[0], {"graph": {"implementation": "SKLEARN_SERVER", "modelUri": "gs://models/any"}})
	_messages(_with_predictor(predictor), 0.9, _inventory("demo-dev", _report)) == {
		"MR001 SeldonDeployment fraud: implementation SKLEARN_SERVER brings a model that has no digest",
		"MR001 SeldonDeployment fraud: modelUri gs://models/any brings a model that has no digest",
	}
}

test_router_of_the_engine_is_admitted if {
	predictor := object.union(_deployment(_image).spec.predictors[0], {"graph": {"implementation": "RANDOM_ABTEST"}})
	_messages(_with_predictor(predictor), 0.9, _inventory("demo-dev", _report)) == set()
}

test_image_of_an_explainer_is_judged if {
	predictor := object.union(_deployment(_image).spec.predictors[0], {"explainer": {"containerSpec": {"image": "explainer:latest"}}})
	_messages(_with_predictor(predictor), 0.9, _inventory("demo-dev", _report)) == {"MR001 SeldonDeployment fraud: image explainer:latest is not pinned by digest (NAME@sha256:...)"}
}

_workload(kind, labels, template_labels, image) := {
	"kind": kind,
	"metadata": {"name": "fraud", "namespace": "demo-dev", "labels": labels},
	"spec": {"template": {
		"metadata": {"labels": template_labels},
		"spec": {"containers": [{"name": "c", "image": image}]},
	}},
}

_violates(subject, parameters, inventory) if {
	count(model_release.violation) > 0 with input as {
		"review": {"object": subject},
		"parameters": object.union({"accuracyThreshold": 0.9}, parameters),
	}
		with data.inventory as inventory
}

_of_fraud := {"modelImage": "registry.example.com/fraud"}

_labelled := {"ai.devops.demo/model": "fraud"}

test_ordinary_workload_is_admitted if {
	every kind in ["DaemonSet", "Deployment", "StatefulSet"] {
		every image in ["docker.io/library/postgres:17.2", "registry.example.com/fraud-scorer:1", "registry.example.com:5000/fraud"] {
			not _violates(_workload(kind, {}, {}, image), _of_fraud, {})
		}
	}
}

test_workload_that_serves_needs_a_report if {
	every kind in ["DaemonSet", "Deployment", "StatefulSet"] {
		every labels in [[_labelled, {}], [{}, _labelled], [{}, {}]] {
			deployment := _workload(kind, labels[0], labels[1], _image)
			_violates(deployment, _of_fraud, {})
			not _violates(deployment, _of_fraud, _inventory("demo-dev", _report))
		}
	}
}

test_image_of_the_models_repository_is_judged_in_every_spelling if {
	every suffix in ["", ":latest", ":1@sha256:ab", "@sha256:ab"] {
		_violates(_workload("Deployment", {}, {}, concat("", ["registry.example.com/fraud", suffix])), _of_fraud, {})
	}
}

test_labelled_workload_is_judged_whatever_its_repository if {
	every labels in [[_labelled, {}], [{}, _labelled]] {
		_violates(_workload("Deployment", labels[0], labels[1], "registry.example.com/other:1"), _of_fraud, {})
	}
}

test_volume_of_an_image_is_judged if {
	volume := [{"op": "add", "path": "/spec/template/spec/volumes", "value": [{"name": "m", "image": {"reference": _image}}]}]
	_violates(json.patch(_workload("Deployment", {}, {}, "postgres:17.2"), volume), _of_fraud, {})
}

test_model_by_uri_is_named if {
	subject := _service(object.union(_predictor, {"model": {"storageUri": "s3://models/any"}}))
	messages := {v.msg | some v in model_release.violation} with input as {"review": {"object": subject}, "parameters": {}}
	"MR001 InferenceService fraud: storageUri s3://models/any brings a model that has no digest" in messages
}

test_known_digest_in_another_repository_is_judged if {
	copied := sprintf("registry.example.com/copy@%s", [_digest])
	_violates(_workload("Deployment", {}, {}, copied), _of_fraud, _inventory("demo-cicd", _report))
	not _violates(_workload("Deployment", {}, {}, copied), _of_fraud, _inventory("demo-dev", _report))
}

test_model_beside_an_ordinary_container_is_judged if {
	sidecar := [{"op": "add", "path": "/spec/template/spec/initContainers", "value": [{"name": "d", "image": _image}]}]
	_violates(json.patch(_workload("Deployment", {}, {}, "postgres:17.2"), sidecar), _of_fraud, {})
}

test_without_a_repository_every_workload_is_judged if {
	_violates(_workload("Deployment", {}, {}, "postgres:17.2"), {}, {})
}

test_unknown_kind_is_judged if {
	_violates(_workload("Rollout", {}, {}, "postgres:17.2"), _of_fraud, {})
}

_service(predictor) := {
	"kind": "InferenceService",
	"metadata": {"name": "fraud", "namespace": "demo-dev"},
	"spec": {"predictor": predictor},
}

_predictor := {"minReplicas": 1, "containers": [{"name": "kserve-container", "image": _image}]}

test_inference_service_needs_a_report if {
	_violates(_service(_predictor), _of_fraud, {})
	not _violates(_service(_predictor), _of_fraud, _inventory("demo-dev", _report))
}

test_inference_service_that_fetches_a_model_is_denied if {
	every field in [
		{"model": {"storageUri": "s3://models/any"}}, {"model": {}}, {"sklearn": {"storageUri": "s3://models/any"}},
		{"workerSpec": {}}, {"madeUp": {}},
		{"containers": [{"name": "kserve-container", "image": _image, "env": [{"name": "STORAGE_URI", "value": "s3://m"}]}]},
		{"containers": []},
	] {
		_violates(_service(object.union(_predictor, field)), _of_fraud, _inventory("demo-dev", _report))
	}
}

test_transformer_is_judged if {
	every part in [{"sklearn": {}}, {}, {"containers": [{"name": "t", "image": "transformer:1"}]}] {
		service := json.patch(_service(_predictor), [{"op": "add", "path": "/spec/transformer", "value": part}])
		_violates(service, _of_fraud, _inventory("demo-dev", _report))
	}
}
