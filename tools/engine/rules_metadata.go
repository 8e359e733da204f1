package main

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	v1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const cronJobName = 52 // the controller appends up to 11 characters

// generated is what the API server appends to generateName.
const generated = "xxxxx"

// nameRules are the kinds whose names have another rule than a DNS subdomain.
var nameRules = map[string]validation.ValidateNameFunc{
	"/Namespace":                            validation.NameIsDNSLabel,
	"/Service":                              validation.NameIsDNS1035Label,
	"apps/StatefulSet":                      validation.NameIsDNSLabel,
	"batch/CronJob":                         cronJobRule,
	"rbac.authorization.k8s.io/ClusterRole": path.ValidatePathSegmentName,
	"rbac.authorization.k8s.io/ClusterRoleBinding": path.ValidatePathSegmentName,
	"rbac.authorization.k8s.io/Role":               path.ValidatePathSegmentName,
	"rbac.authorization.k8s.io/RoleBinding":        path.ValidatePathSegmentName,
}

func cronJobRule(name string, prefix bool) []string {
	found := validation.NameIsDNSSubdomain(name, prefix)
	if len(name) > cronJobName {
		found = append(found, "must be no more than 52 characters")
	}
	return found
}

func (k *kind) judgeMetadata(object map[string]any) field.ErrorList {
	place := field.NewPath("metadata")
	content, ok := object["metadata"].(map[string]any)
	if !ok {
		return field.ErrorList{field.Required(place, "must be an object with a name")}
	}
	meta := &metav1.ObjectMeta{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, meta); err != nil {
		return field.ErrorList{field.Invalid(place, "metadata", err.Error())}
	}
	if meta.Name == "" && meta.GenerateName != "" {
		meta.Name = meta.GenerateName[:min(len(meta.GenerateName), 63-len(generated))] + generated
	}
	switch {
	case !k.stored.Namespaced:
		meta.Namespace = "" // the API server drops it
	case meta.Namespace == "":
		meta.Namespace = metav1.NamespaceDefault // the request names one
	}
	rule := nameRules[k.group+"/"+k.name]
	if rule == nil {
		rule = validation.NameIsDNSSubdomain
	}
	found := validation.ValidateObjectMeta(meta, k.stored.Namespaced, rule, place)
	if !k.stored.Custom {
		found = append(found, inner(nil, object)...)
	}
	return found
}

// inner judges what built-in kinds carry for others: labels and annotations of templates, and selectors.
func inner(place *field.Path, value any) field.ErrorList {
	var found field.ErrorList
	switch value := value.(type) {
	case map[string]any:
		for key, each := range value {
			at := child(place, key)
			switch {
			case place == nil && key == "metadata":
				continue
			case key == "metadata":
				found = append(found, carried(at, each)...)
			case key == "matchLabels" || key == "nodeSelector":
				found = append(found, v1validation.ValidateLabels(texts(each), at)...)
			default:
				found = append(found, inner(at, each)...)
			}
		}
	case []any:
		for i, each := range value {
			found = append(found, inner(place.Index(i), each)...)
		}
	}
	return found
}

func carried(place *field.Path, value any) field.ErrorList {
	content, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	labels := v1validation.ValidateLabels(texts(content["labels"]), place.Child("labels"))
	return append(labels, validation.ValidateAnnotations(texts(content["annotations"]), place.Child("annotations"))...)
}

// texts is a map of texts without what is none, which the kind's schema refuses.
func texts(value any) map[string]string {
	made := map[string]string{}
	content, _ := value.(map[string]any)
	for key, each := range content {
		if text, ok := each.(string); ok {
			made[key] = text
		}
	}
	return made
}

// pointer turns the path of a field error into a JSON pointer, as far as the object has what it names.
func pointer(path string, value any) string {
	var made strings.Builder
	for path = strings.TrimPrefix(path, "."); path != "" && path != "<nil>"; path = strings.TrimPrefix(path, ".") {
		var key string
		if inner, found := strings.CutPrefix(path, "["); found {
			end := strings.Index(inner, "]")
			if end < 0 {
				break
			}
			key, path = inner[:end], inner[end+1:]
		} else {
			key = longest(path, value)
			path = path[len(key):]
		}
		made.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
		value = step(value, key)
	}
	return made.String()
}

// longest is the longest name at the beginning of a path that the object knows: names may hold dots.
func longest(path string, value any) string {
	best := ""
	content, _ := value.(map[string]any)
	for key := range content {
		rest, found := strings.CutPrefix(path, key)
		if found && len(key) > len(best) && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			best = key
		}
	}
	if best == "" {
		if end := strings.IndexAny(path, ".["); end > 0 {
			return path[:end]
		}
		return path
	}
	return best
}
