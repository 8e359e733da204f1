# METADATA
# title: When a ModelAccuracy is good enough
# description: >-
#   Total and fail closed: `reasons` is empty only for a report whose every part was understood. Accuracy is
#   computed from integer counts and compared in integers, so no rounding decides.
package lib.accuracy

_scale := 1000000000

# The square of the normal quantile at 97.5 %, in units of 10**-9 (Wilson 1927).
_z_squared := 3841458821

_outcomes := {"truePositive", "falsePositive", "trueNegative", "falseNegative"}

_evidence := {"datasetSha256", "gitCommit", "modelSha256", "wrapperSha256"}

_range := {
	"accuracyLowerBound": 0, "averagePrecision": 0, "balancedAccuracy": 0, "f1": 0, "gain": -1,
	"matthewsCorrelation": -1, "precision": 0, "recall": 0, "rocAuc": 0,
}

# The reasons to deny `report` (a ModelAccuracy) under `parameters` (of the constraint); empty means allowed.
# A report is judged only when all of its form was understood.
reasons(report, parameters) := form if {
	form := _form(report, parameters)
	count(form) > 0
} else := shortfalls if {
	shortfalls := _below(report.spec, parameters) | _floors(report.spec, parameters)
}

_form(report, parameters) := ((_accuracy_form(report) | _threshold_form(parameters)) | _minimums_form(parameters)) | (_counts_form(report) | _identity_form(report))

_map(thing, key) := thing[key] if {
	is_object(thing)
	is_object(thing[key])
} else := {}

_has(thing, key) if {
	is_object(thing)
	key in object.keys(thing)
}

_spec(report) := _map(report, "spec")

_unit(number) if {
	is_number(number)
	number >= 0
	number <= 1
}

_floor(number) if {
	_unit(number)
	number > 0
}

_scaled(fraction) := round(fraction * _scale)

# 64-bit floats of the engines around us are exact to far less than a unit here; a tenth decimal place is 0.1.
_nine_decimals(fraction) if abs((fraction * _scale) - _scaled(fraction)) <= 0.0001

_accuracy_form(report) := {"spec.accuracy is missing"} if not _has(_spec(report), "accuracy")

else := {sprintf("spec.accuracy is %s, not a number", [type_name(report.spec.accuracy)])} if not is_number(report.spec.accuracy)

else := {sprintf("spec.accuracy %v is outside 0 to 1: write a fraction, not a percentage", [report.spec.accuracy])} if not _unit(report.spec.accuracy)

else := set()

_threshold_form(parameters) := {"the policy has no accuracyThreshold"} if not _has(parameters, "accuracyThreshold")

else := {msg |
	some msg in [sprintf("accuracyThreshold is %s, not a number", [type_name(parameters.accuracyThreshold)])]
	not is_number(parameters.accuracyThreshold)
} | {msg |
	is_number(parameters.accuracyThreshold)
	not _floor(parameters.accuracyThreshold)
	msg := sprintf("accuracyThreshold %v is not in (0, 1]", [parameters.accuracyThreshold])
} | {msg |
	_floor(parameters.accuracyThreshold)
	not _nine_decimals(parameters.accuracyThreshold)
	msg := sprintf("accuracyThreshold %v has more than 9 decimal places", [parameters.accuracyThreshold])
}

_minimums_form(parameters) := {"the policy's minimums are not a mapping"} if {
	_has(parameters, "minimums")
	not is_object(parameters.minimums)
} else := {msg |
	some name, value in _map(parameters, "minimums")
	not _good_minimum(name, value)
	msg := sprintf("the policy's minimum %s: %v is not a known metric with a floor in (0, 1]", [name, value])
}

_good_minimum(name, value) if {
	_has(_range, name)
	_floor(value)
	_nine_decimals(value)
}

_count(number) if {
	is_number(number)
	number >= 0
	number <= _scale
	number == round(number)
}

_counts_form(report) := missing if {
	counts := _map(_spec(report), "counts")
	missing := {sprintf("spec.counts.%s is not a count", [name]) |
		some name in _outcomes
		not _count(object.get(counts, name, null))
	}
	count(missing) > 0
} else := {"spec.counts add up to nothing: no transaction was scored"} if {
	_total(report.spec.counts) == 0
} else := {"spec.counts add up to more than 10**9"} if {
	_total(report.spec.counts) > _scale
} else := {msg |
	is_number(report.spec.accuracy)
	total := _total(report.spec.counts)
	correct := _correct(report.spec.counts)
	abs((report.spec.accuracy * total) - correct) > total / _scale
	msg := sprintf("spec.accuracy %v disagrees with its counts: %d of %d are correct", [report.spec.accuracy, correct, total])
}

_identity_form(report) := union({
	{msg | not _text(_spec(report), "modelName"); msg := "spec.modelName is missing"},
	{msg |
		not _pinned(_spec(report))
		msg := "spec.image is not pinned by digest (NAME@sha256:...)"
	},
	{sprintf("spec.evidence.%s is missing", [name]) |
		some name in _evidence
		not _text(_map(_spec(report), "evidence"), name)
	},
})

_text(thing, key) if {
	is_string(thing[key])
	thing[key] != ""
}

_pinned(spec) if {
	is_string(spec.image)
	regex.match(`^[^@\s]+@sha256:[0-9a-f]{64}$`, spec.image)
}

_total(counts) := ((counts.truePositive + counts.falsePositive) + counts.trueNegative) + counts.falseNegative

_correct(counts) := counts.truePositive + counts.trueNegative

_below(spec, parameters) := {msg |
	total := _total(spec.counts)
	correct := _correct(spec.counts)
	not correct * _scale >= _scaled(parameters.accuracyThreshold) * total
	msg := sprintf(
		"accuracy %s (%d of %d) is below the required %s: %s",
		[_percent([correct, total]), correct, total, _floor_percent(parameters.accuracyThreshold), _ways("accuracy")],
	)
}

_floors(spec, parameters) := {msg |
	some name, floor in _map(parameters, "minimums")
	not _reaches(name, spec, floor)
	msg := sprintf(
		"%s %s is below the required %s: %s",
		[name, _shown(name, spec), _floor_percent(floor), _ways(sprintf("minimums.%s", [name]))],
	)
}

_ways(field) := sprintf("train a better model, or change spec.gate.%s of settings.yaml in a reviewed commit", [field])

# Rounded down, so that what falls short is never shown as what was asked for.
_percent(share) := sprintf("%v %%", [floor(((share[0] * _scale) * 100) / share[1]) / _scale])

_floor_percent(fraction) := sprintf("%v %%", [(_scaled(fraction) * 100) / _scale])

_shown(name, spec) := _percent(_share(name, spec.counts)) if {
	_from_counts(name)
} else := sprintf("of %d of %d", [_correct(spec.counts), _total(spec.counts)]) if {
	name == "accuracyLowerBound"
} else := sprintf("%v", [_map(spec, "metrics")[name]]) if {
	_has(_map(spec, "metrics"), name)
} else := "(missing)"

# What follows from the counts is taken from the counts, as [numerator, denominator]; a denominator of nothing has no share.
_share("recall", n) := [n.truePositive, n.truePositive + n.falseNegative] if n.truePositive + n.falseNegative > 0

_share("precision", n) := [n.truePositive, n.truePositive + n.falsePositive] if n.truePositive + n.falsePositive > 0

_share("f1", n) := [twice, weight] if {
	twice := 2 * n.truePositive
	weight := (twice + n.falsePositive) + n.falseNegative
	weight > 0
}

_share("balancedAccuracy", n) := [(n.truePositive * negative) + (n.trueNegative * positive), (2 * positive) * negative] if {
	positive := n.truePositive + n.falseNegative
	negative := n.trueNegative + n.falsePositive
	positive > 0
	negative > 0
}

# Above always saying what most are: a report that says "never fraud" has none, and reaches no floor.
_share("gain", n) := [_correct(n) - majority, _total(n)] if {
	majority := max([n.truePositive + n.falseNegative, n.trueNegative + n.falsePositive])
}

_from_counts(name) if name in {"balancedAccuracy", "f1", "gain", "precision", "recall"}

_reaches(name, spec, floor) if {
	_from_counts(name)
	share := _share(name, spec.counts)
	share[0] * _scale >= _scaled(floor) * share[1]
}

# Wilson's lower bound reaches t exactly when the share k/n does and (k - t n)**2 >= z**2 t (1 - t) n.
_reaches("accuracyLowerBound", spec, floor) if {
	total := _total(spec.counts)
	t := _scaled(floor)
	over := (_correct(spec.counts) * _scale) - (t * total)
	over >= 0
	(over * over) * _scale >= ((_z_squared * t) * (_scale - t)) * total
}

# The rest cannot follow from counts and must be a number that the evaluator wrote.
_reaches(name, spec, floor) if {
	name in {"averagePrecision", "matthewsCorrelation", "rocAuc"}
	value := _map(spec, "metrics")[name]
	is_number(value)
	value >= _range[name]
	value <= 1
	value >= floor
}
