package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// mark is a place in a file; both count from 1.
type mark struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// twice is a key that a mapping has two times; readers of YAML differ on which of the two counts.
type twice struct {
	Key    string `json:"key"`
	First  mark   `json:"first"`
	Second mark   `json:"second"`
}

// keys reads paths of YAML files, one JSON text a line, and answers each with the keys that stand twice in a mapping.
// What cannot be read or parsed has none: it is for the renderer to say why.
func keys(in io.Reader, out io.Writer, _ []string) error {
	buffered := bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	decoder := json.NewDecoder(bufio.NewReader(in))
	for {
		var path string
		if err := decoder.Decode(&path); err == io.EOF {
			return buffered.Flush()
		} else if err != nil {
			return err
		}
		if err := encoder.Encode(doubled(path)); err != nil {
			return err
		}
	}
}

func doubled(path string) []twice {
	found := []twice{}
	content, err := os.ReadFile(path)
	if err != nil {
		return found
	}
	for decoder := yaml.NewDecoder(bytes.NewReader(content)); ; {
		var document yaml.Node
		if decoder.Decode(&document) != nil {
			return found
		}
		found = append(found, nested(&document)...)
	}
}

func nested(node *yaml.Node) []twice {
	var found []twice
	if node.Kind == yaml.MappingNode {
		seen := map[string]*yaml.Node{}
		for i := 0; i < len(node.Content); i += 2 {
			key := node.Content[i]
			if key.Kind != yaml.ScalarNode {
				continue
			}
			if first := seen[key.Value]; first != nil {
				found = append(found, twice{key.Value, at(first), at(key)})
			} else {
				seen[key.Value] = key
			}
		}
	}
	for _, each := range node.Content { // an alias has no content, so no node is visited twice
		found = append(found, nested(each)...)
	}
	return found
}

func at(node *yaml.Node) mark { return mark{node.Line, node.Column} }
