# METADATA
# title: No model below the required accuracy
# description: Denies every ModelAccuracy that lib.accuracy has a reason against, and everything it cannot read.
# custom: {id: MA001}
package model_accuracy

import data.lib.accuracy

violation contains {"msg": msg} if {
	is_object(_report)
	some reason in accuracy.reasons(_report, object.get(input, "parameters", {}))
	msg := sprintf("MA001 ModelAccuracy %s: %s", [_name, reason])
}

violation contains {"msg": "MA001 there is no object to judge: input.review.object is missing"} if {
	not is_object(_report)
}

# `not is_object(input.review.object)` would be undefined, and so allow, when there is no such object.
_report := object.get(input, ["review", "object"], null)

_name := _report.metadata.name if {
	is_string(_report.metadata.name)
} else := "(unnamed)"
