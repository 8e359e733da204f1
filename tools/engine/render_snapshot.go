package main

import (
	"path/filepath"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// snapshot remembers what the disk said, so that builds which share a base look at each of its files once. It is good
// for the requests of one number: with the next, everything may have changed.
type snapshot struct {
	filesys.FileSystem
	number   int
	contents map[string]said[[]byte]
	places   map[string]said[place]
	real     map[string]said[string]
	folders  map[string]bool
}

type said[T any] struct {
	value T
	err   error
}

type place struct {
	folder filesys.ConfirmedDir
	file   string
}

func newSnapshot(number int) *snapshot {
	return &snapshot{
		FileSystem: filesys.MakeFsOnDisk(),
		number:     number,
		contents:   map[string]said[[]byte]{},
		places:     map[string]said[place]{},
		real:       map[string]said[string]{},
		folders:    map[string]bool{},
	}
}

func remembered[T any](known map[string]said[T], path string, ask func() (T, error)) (T, error) {
	found, there := known[path]
	if !there {
		found.value, found.err = ask()
		known[path] = found
	}
	return found.value, found.err
}

func (s *snapshot) ReadFile(path string) ([]byte, error) {
	content, err := remembered(s.contents, path, func() ([]byte, error) { return s.FileSystem.ReadFile(path) })
	return slices.Clone(content), err
}

func (s *snapshot) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	found, err := remembered(s.places, path, func() (place, error) {
		folder, file, err := s.FileSystem.CleanedAbs(path)
		return place{folder, file}, err
	})
	return found.folder, found.file, err
}

// resolve follows every symbolic link of a path.
func (s *snapshot) resolve(path string) (string, error) {
	return remembered(s.real, path, func() (string, error) { return filepath.EvalSymlinks(path) })
}

func (s *snapshot) IsDir(path string) bool {
	found, there := s.folders[path]
	if !there {
		found = s.FileSystem.IsDir(path)
		s.folders[path] = found
	}
	return found
}
