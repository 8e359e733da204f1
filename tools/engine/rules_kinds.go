package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// stored is the file of one kind, GROUP/KIND_VERSION.json, as the catalogue writes it.
type stored struct {
	Namespaced bool `json:"namespaced"`
	// Custom kinds are judged by all of their schema; of a built-in kind only the lists are described.
	Custom bool `json:"custom"`
	// Status says that the API server drops .status of what is written.
	Status bool                `json:"status"`
	Schema *v1.JSONSchemaProps `json:"schema"`
	// Stub says why the schema proves nothing; empty when it does not.
	Stub string `json:"stub"`
}

// kind is a definition that is ready to judge objects.
type kind struct {
	group, name string
	stored      stored
	structural  *structuralschema.Structural
	openapi     validation.SchemaValidator
	cel         *cel.Validator
	broken      []problem
}

type definitions struct {
	folders []string
	mutex   sync.Mutex
	loaded  map[string]func() (*kind, error)
}

func newDefinitions(folders []string) *definitions {
	return &definitions{folders: folders, loaded: map[string]func() (*kind, error){}}
}

// find compiles a kind when it is met the first time; nil when no folder has it.
func (d *definitions) find(apiVersion, name string) (*kind, error) {
	key := apiVersion + "\n" + name
	d.mutex.Lock()
	once, there := d.loaded[key]
	if !there {
		once = sync.OnceValues(func() (*kind, error) { return d.load(apiVersion, name) })
		d.loaded[key] = once
	}
	d.mutex.Unlock()
	return once()
}

func (d *definitions) load(apiVersion, name string) (*kind, error) {
	group, version, grouped := strings.Cut(apiVersion, "/")
	if !grouped {
		group, version = "", apiVersion
	}
	folder := group
	if folder == "" {
		folder = version
	}
	file := filepath.Join(folder, strings.ToLower(name)+"_"+version+".json")
	if !filepath.IsLocal(file) {
		return nil, nil
	}
	for _, each := range d.folders {
		content, err := os.ReadFile(filepath.Join(each, file))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the definition of %s %s cannot be read: %w", apiVersion, name, err)
		}
		made := &kind{group: group, name: name}
		if err := json.Unmarshal(content, &made.stored); err != nil {
			return nil, fmt.Errorf("the definition of %s %s is malformed: %w", apiVersion, name, err)
		}
		if made.stored.Stub != "" {
			return nil, fmt.Errorf("%s %s was not checked: %s", apiVersion, name, made.stored.Stub)
		}
		if err := made.compile(); err != nil {
			return nil, fmt.Errorf("the schema of %s %s does not compile: %w", apiVersion, name, err)
		}
		return made, nil
	}
	return nil, nil
}

func (k *kind) compile() error {
	if k.stored.Schema == nil {
		return nil
	}
	schema := &apiextensions.JSONSchemaProps{}
	if err := v1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(k.stored.Schema, schema, nil); err != nil {
		return err
	}
	var err error
	if k.structural, err = structuralschema.NewStructural(schema); err != nil {
		return err
	}
	if !k.stored.Custom {
		return nil
	}
	if err := structuralschema.ValidateStructural(nil, k.structural).ToAggregate(); err != nil {
		return err
	}
	if err := defaulting.PruneDefaults(k.structural); err != nil {
		return err
	}
	if k.openapi, _, err = validation.NewSchemaValidator(schema); err != nil {
		return err
	}
	k.cel = cel.NewValidator(k.structural, true, celconfig.PerCallLimit)
	if k.cel != nil {
		k.broken = uncompiled(nil, k.structural, model.SchemaDeclType(k.structural, true))
	}
	return nil
}

// uncompiled finds every rule that cannot be compiled, also those of fields that no object sets.
func uncompiled(path *field.Path, schema *structuralschema.Structural, declared *apiservercel.DeclType) []problem {
	var found []problem
	if len(schema.XValidations) > 0 {
		env := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
		results, err := cel.Compile(schema, declared, celconfig.PerCallLimit, env, cel.StoredExpressionsEnvLoader())
		if err != nil {
			found = append(found, broken(path, "", err))
		}
		for i, each := range results {
			if each.Error != nil {
				found = append(found, broken(path, schema.XValidations[i].Rule, each.Error))
			}
			if each.MessageExpressionError != nil {
				found = append(found, broken(path, schema.XValidations[i].MessageExpression, each.MessageExpressionError))
			}
		}
	}
	for name, each := range schema.Properties {
		found = append(found, below(child(path, name), &each)...)
	}
	if schema.Items != nil {
		found = append(found, below(child(path, "items"), schema.Items)...)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Structural != nil {
		found = append(found, below(child(path, "additionalProperties"), schema.AdditionalProperties.Structural)...)
	}
	return found
}

func below(path *field.Path, schema *structuralschema.Structural) []problem {
	return uncompiled(path, schema, model.SchemaDeclType(schema, schema.XEmbeddedResource))
}

func child(path *field.Path, name string) *field.Path {
	if path == nil {
		return field.NewPath(name)
	}
	return path.Child(name)
}

func broken(path *field.Path, rule string, err error) problem {
	return problem{"definition", "", fmt.Sprintf("a CEL rule of the kind's schema at %s cannot be compiled (%s): %v", path, rule, err)}
}
