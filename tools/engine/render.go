package main

import (
	"bufio"
	"encoding/json"
	"io"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

type request struct {
	ID     string `json:"id"`
	Folder string `json:"folder"`
	Root   string `json:"root"`
}

type answer struct {
	ID      string            `json:"id"`
	Objects []json.RawMessage `json:"objects"`
	Error   string            `json:"error"`
	Files   []string          `json:"files"`
}

func render(in io.Reader, out io.Writer, _ []string) error {
	decoder := json.NewDecoder(bufio.NewReader(in))
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var asked request
		if err := decoder.Decode(&asked); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := encoder.Encode(build(asked)); err != nil {
			return err
		}
	}
}

func build(asked request) answer {
	said := answer{ID: asked.ID}
	found, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), asked.Folder)
	if err != nil {
		said.Error = err.Error()
		return said
	}
	for _, object := range found.Resources() {
		text, err := object.MarshalJSON()
		if err != nil {
			said.Error = err.Error()
			return said
		}
		said.Objects = append(said.Objects, text)
	}
	return said
}
