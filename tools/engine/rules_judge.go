package main

import (
	"context"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// judge says what the API server would refuse, in its own order: metadata, schema, embedded resources, lists, CEL.
func (k *kind) judge(object map[string]any) []problem {
	found := append([]problem{}, k.broken...)
	found = append(found, named("metadata", object, k.judgeMetadata(object))...)
	if k.structural == nil {
		return found
	}
	if k.stored.Custom && k.stored.Status {
		delete(object, "status")
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object, k.structural)
	defaulting.Default(object, k.structural)
	lists := listtype.ValidateListSetsAndMaps(nil, k.structural, object)
	if !k.stored.Custom {
		return append(found, named("list", object, lists)...)
	}
	ctx := context.Background()
	schema := validation.ValidateCustomResource(nil, object, k.openapi)
	found = append(found, named("schema", object, schema)...)
	found = append(found, named("metadata", object, objectmeta.Validate(ctx, nil, object, k.structural, false))...)
	found = append(found, named("list", object, lists)...)
	// As in the API server: rules may rely on types, so they are not asked about an object that breaks them.
	if k.cel != nil && len(k.broken) == 0 && !blocking(schema) {
		errs, _ := k.cel.Validate(ctx, nil, k.structural, object, nil, celconfig.RuntimeCELCostBudget)
		found = append(found, named("cel", object, errs)...)
	}
	return found
}

func blocking(errs field.ErrorList) bool {
	for _, err := range errs {
		switch err.Type {
		case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong,
			field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid:
			return true
		}
	}
	return false
}

func named(rule string, object map[string]any, errs field.ErrorList) []problem {
	made := make([]problem, 0, len(errs))
	for _, err := range errs {
		made = append(made, problem{rule, pointer(err.Field, object), err.ErrorBody()})
	}
	return made
}
