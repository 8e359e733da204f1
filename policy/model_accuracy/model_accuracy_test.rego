package model_accuracy_test

import data.model_accuracy

_counts := {"truePositive": 45, "falsePositive": 1, "trueNegative": 199, "falseNegative": 5}

_spec := {
	"modelName": "fraud-detection",
	"image": sprintf("registry.example.com/fraud@sha256:%s", [concat("", ["ab" | some _ in numbers.range(1, 32)])]),
	"accuracy": 0.976,
	"counts": _counts,
	"metrics": {"averagePrecision": 0.96},
	"evidence": {"datasetSha256": "a", "gitCommit": "b", "modelSha256": "c", "wrapperSha256": "d"},
}

_messages(spec, parameters) := messages if {
	messages := {v.msg | some v in model_accuracy.violation} with input as {
		"review": {"object": {"kind": "ModelAccuracy", "metadata": {"name": "m"}, "spec": spec}},
		"parameters": parameters,
	}
}

test_allowed_at_the_threshold if {
	_messages(_spec, {"accuracyThreshold": 0.976}) == set()
}

test_denied_just_above if {
	_messages(_spec, {"accuracyThreshold": 0.976000001}) == {"MA001 ModelAccuracy m: accuracy 97.6 % (244 of 250) is below the required 97.6000001 %: train a better model, or change spec.gate.accuracy of settings.yaml in a reviewed commit"}
}

test_missing_accuracy_is_denied if {
	_messages(object.remove(_spec, {"accuracy"}), {"accuracyThreshold": 0.9}) == {"MA001 ModelAccuracy m: spec.accuracy is missing"}
}

test_text_accuracy_is_denied if {
	_messages(object.union(_spec, {"accuracy": "0.976"}), {"accuracyThreshold": 0.9}) == {"MA001 ModelAccuracy m: spec.accuracy is string, not a number"}
}

test_boasting_accuracy_is_denied if {
	_messages(object.union(_spec, {"accuracy": 1.0}), {"accuracyThreshold": 1.0}) == {"MA001 ModelAccuracy m: spec.accuracy 1 disagrees with its counts: 244 of 250 are correct"}
}

test_missing_threshold_is_denied if {
	_messages(_spec, {}) == {"MA001 ModelAccuracy m: the policy has no accuracyThreshold"}
}

test_text_threshold_is_denied if {
	_messages(_spec, {"accuracyThreshold": "0.9"}) == {"MA001 ModelAccuracy m: accuracyThreshold is string, not a number"}
}

test_lower_bound_is_wilsons if {
	_messages(_spec, {"accuracyThreshold": 0.9, "minimums": {"accuracyLowerBound": 0.9486}}) == set()
	count(_messages(_spec, {"accuracyThreshold": 0.9, "minimums": {"accuracyLowerBound": 0.9487}})) == 1
}

test_recall_comes_from_the_counts if {
	_messages(_spec, {"accuracyThreshold": 0.9, "minimums": {"recall": 0.9}}) == set()
	count(_messages(_spec, {"accuracyThreshold": 0.9, "minimums": {"recall": 0.91}})) == 1
}

test_unknown_minimum_is_denied if {
	count(_messages(_spec, {"accuracyThreshold": 0.9, "minimums": {"beauty": 0.1}})) == 1
}

test_nothing_to_judge_is_denied if {
	denied := model_accuracy.violation with input as {"kind": "ModelAccuracy"}
	denied == {{"msg": "MA001 there is no object to judge: input.review.object is missing"}}
}

test_shortfall_is_never_shown_as_the_requirement if {
	spec := object.union(_spec, {"accuracy": 1, "counts": {"truePositive": 0, "falsePositive": 1, "trueNegative": 999999999, "falseNegative": 0}})
	every message in _messages(spec, {"accuracyThreshold": 1}) {
		contains(message, "accuracy 99.9999999 % (999999999 of 1000000000) is below the required 100 %")
	}
	count(_messages(spec, {"accuracyThreshold": 1})) == 1
}

test_balanced_accuracy_is_exact_at_its_floor if {
	spec := object.union(_spec, {"accuracy": 0.75, "counts": {"truePositive": 250000000, "falsePositive": 0, "trueNegative": 500000000, "falseNegative": 250000000}})
	_messages(spec, {"accuracyThreshold": 0.5, "minimums": {"balancedAccuracy": 0.75, "recall": 0.5}}) == set()
	count(_messages(spec, {"accuracyThreshold": 0.5, "minimums": {"balancedAccuracy": 0.750000001}})) == 1
}

test_saying_never_fraud_has_no_gain if {
	never := object.union(_spec, {"accuracy": 0.99, "counts": {"truePositive": 0, "falsePositive": 0, "trueNegative": 99, "falseNegative": 1}})
	_messages(never, {"accuracyThreshold": 0.98}) == set()
	count(_messages(never, {"accuracyThreshold": 0.98, "minimums": {"gain": 0.000000001}})) == 1
	gained := object.union(_spec, {"accuracy": 1, "counts": {"truePositive": 1, "falsePositive": 0, "trueNegative": 99, "falseNegative": 0}})
	_messages(gained, {"accuracyThreshold": 0.98, "minimums": {"gain": 0.01}}) == set()
	count(_messages(gained, {"accuracyThreshold": 0.98, "minimums": {"gain": 0.010000001}})) == 1
}

test_every_denial_has_a_message_when_a_metric_is_undefined if {
	spec := object.union(_spec, {"accuracy": 1, "counts": {"truePositive": 0, "falsePositive": 0, "trueNegative": 9, "falseNegative": 0}})
	count(_messages(spec, {"accuracyThreshold": 0.9, "minimums": {"recall": 0.1, "precision": 0.1, "f1": 0.1, "balancedAccuracy": 0.1, "rocAuc": 0.1}})) == 5
}
