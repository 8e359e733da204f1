package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"runtime/debug"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// problem is one thing that the API server would refuse.
type problem struct {
	// Rule is the family: cel, list, metadata, schema, definition (the kind's own schema is at fault) or crd (the
	// object is a definition that would be refused).
	Rule    string `json:"rule"`
	Path    string `json:"path"` // a JSON pointer into the object as it was handed over
	Message string `json:"message"`
}

// ruling is what was found about one object; answers come in the order of the objects.
type ruling struct {
	Number   int       `json:"number"`
	Known    bool      `json:"known"` // whether a definition of the kind was found
	Problems []problem `json:"problems"`
	Fits     []fit     `json:"fits,omitempty"` // of judge alone: the answers of the JSON schema, which should be one
}

// gcPercent: objects live for a moment each, so collecting rarely costs little memory and saves a third of the time.
const gcPercent = 400

type task struct {
	number int
	line   []byte
	out    chan ruling
}

// bench is what objects are judged by; without schemas, by the definitions alone.
type bench struct {
	kinds   *definitions
	schemas *schemas
}

// rules reads objects, one JSON document a line, and writes one ruling a line. args are the folders of definitions,
// the first that has a kind wins.
func rules(in io.Reader, out io.Writer, args []string) error {
	return judged(in, out, args, bench{kinds: newDefinitions(args)})
}

// judgeAll is rules and the JSON schema in one. args are catalogues, whose definitions lie in a folder of their own.
func judgeAll(in io.Reader, out io.Writer, args []string) error {
	folders := make([]string, len(args))
	for at, each := range args {
		folders[at] = filepath.Join(each, ".definitions")
	}
	return judged(in, out, args, bench{newDefinitions(folders), newSchemas(args)})
}

func judged(in io.Reader, out io.Writer, args []string, by bench) error {
	if len(args) == 0 {
		return fmt.Errorf("name at least one folder of definitions")
	}
	quietKlog()
	debug.SetGCPercent(gcPercent)
	workers := runtime.GOMAXPROCS(0)
	tasks := make(chan task, 4*workers)
	ordered := make(chan chan ruling, 64*workers)
	for range workers {
		go func() {
			for each := range tasks {
				each.out <- by.judge(each.number, each.line)
			}
		}()
	}
	var reading error
	go func() {
		reading = feed(in, tasks, ordered)
		close(tasks)
		close(ordered)
	}()
	buffered := bufio.NewWriterSize(out, 1<<16)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	for each := range ordered {
		if err := encoder.Encode(<-each); err != nil {
			return err
		}
	}
	if reading != nil {
		return reading
	}
	return buffered.Flush()
}

func feed(in io.Reader, tasks chan<- task, ordered chan<- chan ruling) error {
	reader := bufio.NewReaderSize(in, 1<<16)
	for number := 0; ; {
		line, err := reader.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			out := make(chan ruling, 1)
			ordered <- out
			tasks <- task{number, line, out}
			number++
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (b bench) judge(number int, line []byte) (found ruling) {
	found = ruling{Number: number, Problems: []problem{}}
	// One hostile object must not take the answers of all others with it.
	defer func() {
		if cause := recover(); cause != nil {
			found.Problems = append(found.Problems, problem{"definition", "", fmt.Sprintf("cannot be checked: %v", cause)})
		}
	}()
	var object map[string]any
	if err := utiljson.Unmarshal(line, &object); err != nil {
		found.Problems = append(found.Problems, problem{"schema", "", fmt.Sprintf("is no JSON object: %v", err)})
		return found
	}
	if b.schemas != nil {
		found.Fits = b.schemas.judge(object) // before the rules, which fill in defaults
	}
	text := func(key string) string { value, _ := object[key].(string); return value }
	kind, err := b.kinds.find(text("apiVersion"), text("kind"))
	found.Known = kind != nil
	if err != nil {
		found.Known = true
		found.Problems = append(found.Problems, problem{"definition", "", err.Error()})
	}
	if kind != nil {
		found.Problems = append(found.Problems, kind.judge(object)...)
	}
	if text("kind") == "CustomResourceDefinition" {
		found.Problems = append(found.Problems, judgeCRD(line, object)...)
	}
	return found
}
