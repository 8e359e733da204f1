package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
)

// request asks for one build. Folder and root are absolute; probe asks which patches match instead of for objects.
// Requests of one number see the disk as it was when the first of them looked.
type request struct {
	ID      string   `json:"id"`
	Folder  string   `json:"folder"`
	Root    string   `json:"root"`
	Options *options `json:"options"`
	Probe   bool     `json:"probe"`
	Number  int      `json:"number"`
}

// answer holds the objects in the order in which kustomize prints them. Files, reached and matched are relative to the root.
type answer struct {
	ID      string           `json:"id"`
	Objects []map[string]any `json:"objects"`
	Error   string           `json:"error"`
	Files   []string         `json:"files"`
	Reached []string         `json:"reached,omitempty"`
	Matched []string         `json:"matched,omitempty"`
}

type noNetwork struct{}

func (noNetwork) RoundTrip(asked *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("%s is remote, and nothing is fetched", asked.URL.Redacted())
}

func render(in io.Reader, out io.Writer, _ []string) error {
	// kustomize downloads a URL among the resources by itself, and looks for git to clone a repository.
	http.DefaultTransport = noNetwork{}
	if err := errors.Join(os.Setenv("PATH", ""), limitMemory()); err != nil {
		return err
	}
	decoder := json.NewDecoder(bufio.NewReader(in))
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	disk := newSnapshot(0)
	for {
		var asked request
		if err := decoder.Decode(&asked); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if asked.Number == 0 || asked.Number != disk.number {
			disk = newSnapshot(asked.Number)
		}
		said := build(disk, asked)
		err := encoder.Encode(said)
		if odd := new(json.UnsupportedValueError); errors.As(err, &odd) {
			// YAML knows NaN and infinity; Kubernetes and JSON do not.
			said.Objects, said.Error = []map[string]any{}, odd.Str+" is no number that an object can hold"
			err = encoder.Encode(said)
		}
		if err != nil {
			return err
		}
	}
}

func build(snapshot *snapshot, asked request) (said answer) {
	said = answer{ID: asked.ID, Objects: []map[string]any{}, Files: []string{}}
	// One build that makes kustomize panic must not take the others of this worker with it.
	defer func() {
		if reason := recover(); reason != nil {
			said.Error = fmt.Sprintf("kustomize panicked: %v", reason)
		}
	}()
	disk, err := openTree(snapshot, asked)
	if err != nil {
		said.Error = err.Error()
		return said
	}
	settings := krusty.MakeDefaultOptions()
	settings.Reorder = krusty.ReorderOptionUnspecified // the order of the command line
	found, err := krusty.MakeKustomizer(settings).Run(disk, disk.folder)
	said.Files = disk.files()
	said.Reached = disk.marks.ids
	if err != nil {
		said.Error = cmp.Or(disk.wrong, err).Error()
		return said
	}
	if asked.Probe {
		said.Matched = disk.marks.seen(found)
		return said
	}
	for _, object := range found.Resources() {
		// As MarshalJSON, but without writing YAML and reading it again in between.
		var fields map[string]any
		if err := object.YNode().Decode(&fields); err != nil {
			said.Error = err.Error()
			return said
		}
		said.Objects = append(said.Objects, fields)
	}
	return said
}

func openTree(snapshot *snapshot, asked request) (*tree, error) {
	root, err := snapshot.resolve(asked.Root)
	if err != nil {
		return nil, err
	}
	folder, err := snapshot.resolve(asked.Folder)
	if err != nil {
		return nil, err
	}
	return newTree(snapshot, root, folder, asked), nil
}
