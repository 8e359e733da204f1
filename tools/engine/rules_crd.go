package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"strconv"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/klog/v2"
)

// judgeCRD asks what the API server asks before it takes a definition: names, structure, defaults, CEL and its cost.
func judgeCRD(line []byte, object map[string]any) []problem {
	if object["apiVersion"] != "apiextensions.k8s.io/v1" {
		return nil
	}
	given, made := &v1.CustomResourceDefinition{}, &apiextensions.CustomResourceDefinition{}
	if err := json.Unmarshal(line, given); err != nil {
		return []problem{{"crd", "", "cannot be read as a CustomResourceDefinition: " + err.Error()}}
	}
	v1.SetDefaults_CustomResourceDefinition(given)
	v1.SetDefaults_CustomResourceDefinitionSpec(&given.Spec)
	if err := v1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(given, made, nil); err != nil {
		return []problem{{"crd", "", err.Error()}}
	}
	// What the API server fills in itself, on creation.
	made.Status = apiextensions.CustomResourceDefinitionStatus{}
	for _, version := range made.Spec.Versions {
		if version.Storage {
			made.Status.StoredVersions = append(made.Status.StoredVersions, version.Name)
		}
	}
	errs := validation.ValidateCustomResourceDefinition(context.Background(), made)
	for _, err := range errs {
		err.Field = written(err.Field)
	}
	return named("crd", object, errs)
}

// written undoes what the conversion does to a definition whose versions share one schema: it moves it up.
func written(path string) string {
	for _, name := range []string{"validation", "subresources", "additionalPrinterColumns"} {
		if rest, found := strings.CutPrefix(path, "spec."+name); found {
			return "spec.versions[0]." + strings.Replace(name, "validation", "schema", 1) + rest
		}
	}
	return path
}

// step is what a key or an index leads to.
func step(value any, key string) any {
	switch value := value.(type) {
	case map[string]any:
		return value[key]
	case []any:
		if i, err := strconv.Atoi(key); err == nil && 0 <= i && i < len(value) {
			return value[i]
		}
	}
	return nil
}

// quietKlog keeps the libraries' log out of standard error, which is for errors.
func quietKlog() {
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	_ = flags.Set("logtostderr", "false")
	klog.SetOutput(io.Discard)
}
