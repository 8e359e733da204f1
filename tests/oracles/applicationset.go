// Applications that Argo CD's own generators make of ApplicationSets, without a server: JSON in, JSON out.
//
//	go run -C tools/bin/argocd ../../../tests/oracles/applicationset.go < cases.json
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	log "github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Root is a clone with everything added; Cases are ApplicationSets by name.
type input struct {
	Root    string                             `json:"root"`
	Secrets []corev1.Secret                    `json:"secrets"`
	Cases   map[string]v1alpha1.ApplicationSet `json:"cases"`
}

type answer struct {
	Applications []v1alpha1.Application `json:"applications,omitempty"`
	Error        string                 `json:"error,omitempty"`
}

// cluster has the Secrets, and every project.
type cluster struct {
	client.Client
	secrets []corev1.Secret
}

func (c cluster) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return nil
}

func (c cluster) List(_ context.Context, list client.ObjectList, options ...client.ListOption) error {
	asked := client.ListOptions{}
	for _, option := range options {
		option.ApplyToList(&asked)
	}
	found := list.(*corev1.SecretList)
	for _, secret := range c.secrets {
		secret.Data = map[string][]byte{}
		for key, value := range secret.StringData {
			secret.Data[key] = []byte(value)
		}
		if asked.LabelSelector.Matches(labelsOf(secret)) {
			found.Items = append(found.Items, secret)
		}
	}
	return nil
}

type labelsOf corev1.Secret

func (l labelsOf) Has(key string) bool   { _, known := l.Labels[key]; return known }
func (l labelsOf) Get(key string) string { return l.Labels[key] }
func (l labelsOf) Lookup(key string) (string, bool) {
	value, known := l.Labels[key]
	return value, known
}

type clone string

func (c clone) GetFiles(_ context.Context, _, _, _, pattern string, _ bool, _ *v1alpha1.SourceIntegrity) (map[string][]byte, error) {
	// As the repo server asks by default.
	said, err := exec.Command("git", "-C", string(c), "ls-files", "--full-name", "-z", "--", pattern).Output()
	files := map[string][]byte{}
	for _, name := range strings.Split(strings.TrimSuffix(string(said), "\x00"), "\x00") {
		if name != "" && err == nil {
			files[name], err = os.ReadFile(filepath.Join(string(c), name))
		}
	}
	return files, err
}

func (c clone) GetDirectories(_ context.Context, _, _, _ string, _ bool, _ *v1alpha1.SourceIntegrity) ([]string, error) {
	var found []string
	err := filepath.WalkDir(string(c), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || path == string(c) {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		name, err := filepath.Rel(string(c), path)
		found = append(found, name)
		return err
	})
	return found, err
}

var errNone = errors.New("none here")

func (clone) GetOciFiles(context.Context, string, string, string, string, bool) (map[string][]byte, error) {
	return nil, errNone
}

func (clone) GetOciDirectories(context.Context, string, string, string, bool) ([]string, error) {
	return nil, errNone
}

func main() {
	log.SetOutput(io.Discard)
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		panic(err)
	}
	server := cluster{secrets: in.Secrets}
	known := map[string]generators.Generator{
		"List":     generators.NewListGenerator(),
		"Clusters": generators.NewClusterGenerator(server, "argocd"),
		"Git":      generators.NewGitGenerator(clone(in.Root), "argocd"),
	}
	// As the controller nests them: a matrix or merge may hold one more of either.
	inner := with(known)
	known = with(inner)
	answers := map[string]answer{}
	for name, set := range in.Cases {
		made, _, err := template.GenerateApplications(log.NewEntry(log.StandardLogger()), set, known, &utils.Render{}, server)
		answers[name] = answer{Applications: made}
		if err != nil {
			answers[name] = answer{Error: err.Error()}
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}

func with(known map[string]generators.Generator) map[string]generators.Generator {
	return map[string]generators.Generator{
		"List": known["List"], "Clusters": known["Clusters"], "Git": known["Git"],
		"Matrix": generators.NewMatrixGenerator(known), "Merge": generators.NewMergeGenerator(known),
	}
}
