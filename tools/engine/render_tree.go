package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// local is the annotation of objects that are for kustomize alone, as a key or as part of a JSON pointer.
var local = regexp.MustCompile(`config\.kubernetes\.io(/|~1)local-config`)

// tree is the part of the disk below a root, which remembers what was read and changes kustomizations on the way.
type tree struct {
	*snapshot
	root, folder string
	options      *options
	probe        bool
	marks        *marks
	read         map[string]bool
	wrong        error // of the options, which kustomize would take for a file that is not there
}

func newTree(disk *snapshot, root, folder string, asked request) *tree {
	return &tree{
		snapshot: disk,
		root:     root,
		folder:   folder,
		options:  asked.Options,
		probe:    asked.Probe,
		marks:    &marks{number: map[string]int{}},
		read:     map[string]bool{},
	}
}

func (t *tree) files() []string {
	found := make([]string, 0, len(t.read))
	for file := range t.read {
		found = append(found, file)
	}
	slices.Sort(found)
	return found
}

// outside is the error about a path that leaves the repository.
type outside string

func (o outside) Error() string { return fmt.Sprintf("%s is outside of the repository", string(o)) }

// inside gives a path relative to the root with every symbolic link followed, or an error when it is outside.
func (t *tree) inside(path string) (string, error) {
	real, err := t.resolve(path)
	if err != nil {
		return "", err
	}
	relative, err := filepath.Rel(t.root, real)
	if err != nil || relative == ".." || strings.HasPrefix(relative, "../") {
		return "", outside(path)
	}
	return relative, nil
}

func (t *tree) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	_, err := t.inside(path)
	if outside := new(outside); errors.As(err, outside) {
		return "", "", err
	}
	if err != nil {
		if _, missing := os.Lstat(path); missing == nil {
			return "", "", err
		}
	}
	return t.snapshot.CleanedAbs(path)
}

func (t *tree) ReadFile(path string) ([]byte, error) {
	relative, err := t.inside(path)
	if err != nil {
		return nil, err
	}
	content, err := t.snapshot.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t.read[relative] = true
	return t.changed(path, relative, content)
}

func (t *tree) changed(path, relative string, content []byte) ([]byte, error) {
	named := slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
	var err error
	if named && t.options != nil && filepath.Dir(path) == t.folder {
		if content, err = t.options.apply(content); err != nil {
			t.wrong = err
			return nil, err
		}
	}
	if !t.probe {
		return content, nil
	}
	// What is local is dropped from the output, and a mark on it with it.
	content = local.ReplaceAll(content, []byte("mlgate.invalid${1}local-config"))
	if !named {
		return content, nil
	}
	return t.marks.add(relative, content, func(name string) ([]byte, error) {
		return t.ReadFile(filepath.Join(filepath.Dir(path), name))
	})
}

func (t *tree) WriteFile(path string, _ []byte) error {
	return fmt.Errorf("%s: nothing is written", path)
}

func (t *tree) Create(path string) (filesys.File, error) {
	return nil, t.WriteFile(path, nil)
}

func (t *tree) RemoveAll(path string) error {
	return t.WriteFile(path, nil)
}

func (t *tree) Mkdir(path string) error {
	return t.WriteFile(path, nil)
}

func (t *tree) MkdirAll(path string) error {
	return t.WriteFile(path, nil)
}
