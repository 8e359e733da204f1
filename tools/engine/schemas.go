package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
)

// schemas are the JSON schemas of kinds, read as kubeconform reads them: the same library, draft and formats.
type schemas struct {
	folders []string
	mutex   sync.Mutex
	loaded  map[string]func() (*jsonschema.Schema, error)
}

func newSchemas(folders []string) *schemas {
	return &schemas{folders: folders, loaded: map[string]func() (*jsonschema.Schema, error){}}
}

// fit is what kubeconform would say of one object; the names are those of its JSON output.
type fit struct {
	Status  string   `json:"status"`
	Message string   `json:"msg"`
	Errors  []detail `json:"validationErrors,omitempty"`
}

type detail struct {
	Path    string `json:"path"`
	Message string `json:"msg"`
}

// judge gives one answer for an object, and one for each item of a List.
func (s *schemas) judge(object map[string]any) []fit {
	kind, _ := object["kind"].(string)
	if items, listed := object["items"].([]any); strings.EqualFold(kind, "list") && object["apiVersion"] != nil {
		found := []fit{}
		for _, item := range items {
			if inner, ok := item.(map[string]any); listed && ok {
				found = append(found, s.one(inner))
			}
		}
		return found
	}
	return []fit{s.one(object)}
}

func (s *schemas) one(object map[string]any) fit {
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	for name, value := range map[string]string{"kind": kind, "apiVersion": version} {
		if value == "" {
			return fit{Status: "statusError", Message: fmt.Sprintf("error while parsing: missing '%s' key", name)}
		}
	}
	schema, err := s.find(version, kind)
	if err == nil && schema == nil {
		err = fmt.Errorf("could not find schema for %s", kind)
	}
	if err != nil {
		return fit{Status: "statusError", Message: err.Error()}
	}
	if err := schema.Validate(object); err != nil {
		return refused(err)
	}
	return fit{Status: "statusValid"}
}

func refused(err error) fit {
	words := strings.ReplaceAll(err.Error(), "\n", " ")
	made := fit{Status: "statusInvalid", Message: "problem validating schema. Check JSON formatting: " + words}
	if whole := new(jsonschema.ValidationError); errors.As(err, &whole) {
		printer := message.NewPrinter(language.English)
		for _, cause := range whole.Causes {
			path := ""
			for _, key := range cause.InstanceLocation {
				path += "/" + key
			}
			made.Errors = append(made.Errors, detail{path, cause.ErrorKind.LocalizedString(printer)})
		}
	}
	return made
}

// find compiles a schema when its kind is met the first time; nil when no folder has one that compiles.
func (s *schemas) find(version, kind string) (*jsonschema.Schema, error) {
	group, short, grouped := strings.Cut(version, "/")
	if !grouped {
		short = version
	}
	file := filepath.Join(group, strings.ToLower(kind)+"_"+short+".json")
	s.mutex.Lock()
	once, there := s.loaded[file]
	if !there {
		once = sync.OnceValues(func() (*jsonschema.Schema, error) { return s.load(file) })
		s.loaded[file] = once
	}
	s.mutex.Unlock()
	return once()
}

func (s *schemas) load(file string) (*jsonschema.Schema, error) {
	if !filepath.IsLocal(file) {
		return nil, nil
	}
	for _, folder := range s.folders {
		path := filepath.Join(folder, file)
		content, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		document, err := jsonschema.UnmarshalJSON(content)
		content.Close()
		// As kubeconform: the next folder may have one that can be read.
		if err != nil || document == nil {
			continue
		}
		if schema, err := compiled(path, document); err == nil {
			return schema, nil
		}
	}
	return nil, nil
}

func compiled(path string, document any) (*jsonschema.Schema, error) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiler.UseLoader(jsonschema.SchemeURLLoader{"file": jsonschema.FileLoader{}})
	compiler.RegisterFormat(&jsonschema.Format{Name: "duration", Validate: duration})
	if err := compiler.AddResource(path, document); err != nil {
		return nil, err
	}
	return compiler.Compile(path)
}

var iso = regexp.MustCompile(`^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)$`)

// duration takes what Kubernetes takes, 1h30m, and what JSON schema takes, PT1H30M.
func duration(value any) error {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	if _, err := strfmt.ParseDuration(text); err == nil {
		return nil
	}
	if !iso.MatchString(text) || strings.HasSuffix(text, "P") || strings.HasSuffix(text, "T") {
		return fmt.Errorf("is neither 1h30m nor PT1H30M")
	}
	return nil
}
