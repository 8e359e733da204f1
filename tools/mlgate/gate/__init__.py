"""The gate: judging ModelAccuracy reports by the repository's one Rego rule."""
