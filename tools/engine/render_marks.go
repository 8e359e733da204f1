package main

import (
	"fmt"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// A mark is a field at the top of an object: patches and replacements of people reach below it, never it.
const markField = "mlgateMark"

var deletion = regexp.MustCompile(`(?m)^\$patch:\s*['"]?delete`)

// marks adds to every patch and replacement that selects its targets one more, which leaves a mark where it selects.
type marks struct {
	ids    []string
	number map[string]int
}

func (m *marks) of(id string) string {
	if _, known := m.number[id]; !known {
		m.number[id] = len(m.ids)
		m.ids = append(m.ids, id)
	}
	return fmt.Sprintf("%s%d", markField, m.number[id])
}

// seen gives the ids of the marks that are on an object.
func (m *marks) seen(objects resmap.ResMap) []string {
	there := map[string]bool{}
	for _, object := range objects.Resources() {
		names, err := object.Fields()
		if err != nil {
			continue
		}
		for _, name := range names {
			there[name] = true
		}
	}
	found := []string{}
	for _, id := range m.ids {
		if there[m.of(id)] {
			found = append(found, id)
		}
	}
	return found
}

type reader func(name string) ([]byte, error)

// add returns a kustomization with its marks; file names it in the ids. What cannot be read is left to kustomize.
func (m *marks) add(file string, content []byte, read reader) ([]byte, error) {
	whole, err := yaml.Parse(string(content))
	if err != nil || whole.YNode().Kind != yaml.MappingNode {
		return content, nil
	}
	for field, change := range map[string]func(string, *yaml.RNode, reader) ([]*yaml.Node, error){
		"patches":      m.patch,
		"replacements": m.replacement,
	} {
		list := whole.Field(field)
		if list == nil || list.Value.YNode().Kind != yaml.SequenceNode {
			continue
		}
		var items []*yaml.Node
		for index, item := range list.Value.YNode().Content {
			more, err := change(fmt.Sprintf("%s#%s/%d", file, field, index), yaml.NewRNode(item), read)
			if err != nil {
				return nil, err
			}
			items = append(items, more...)
		}
		list.Value.YNode().Content = items
	}
	text, err := whole.String()
	return []byte(text), err
}

func (m *marks) patch(id string, item *yaml.RNode, read reader) ([]*yaml.Node, error) {
	var kept []*yaml.Node
	target := item.Field("target")
	if target != nil {
		text := fmt.Sprintf("apiVersion: v1\nkind: Any\nmetadata: {name: any}\n%s: here\n", m.of(id))
		mark := yaml.NewMapRNode(&map[string]string{"patch": text})
		mark.YNode().Content = append(mark.YNode().Content, yaml.NewStringRNode("target").YNode(), target.Value.YNode())
		kept = append(kept, mark.YNode())
	}
	// A deleted object would take the marks of others with it.
	if deletion.MatchString(patchText(item, read)) {
		return kept, nil
	}
	return append(kept, item.YNode()), nil
}

func patchText(item *yaml.RNode, read reader) string {
	if inline := item.Field("patch"); inline != nil {
		return inline.Value.YNode().Value
	}
	if path := item.Field("path"); path != nil {
		if content, err := read(path.Value.YNode().Value); err == nil {
			return string(content)
		}
	}
	return ""
}

func (m *marks) replacement(id string, item *yaml.RNode, read reader) ([]*yaml.Node, error) {
	path := item.Field("path")
	if path == nil {
		return []*yaml.Node{item.YNode()}, m.targets(id, item)
	}
	content, err := read(path.Value.YNode().Value)
	if err != nil {
		return nil, err
	}
	whole, err := yaml.Parse(string(content))
	if err != nil {
		return nil, err
	}
	inner := []*yaml.Node{whole.YNode()}
	if whole.YNode().Kind == yaml.SequenceNode {
		inner = whole.YNode().Content
	}
	for index, each := range inner {
		if err := m.targets(fmt.Sprintf("%s/%d", id, index), yaml.NewRNode(each)); err != nil {
			return nil, err
		}
	}
	return inner, nil
}

// targets makes each target write its source, a scalar or not, into the mark as well.
func (m *marks) targets(id string, item *yaml.RNode) error {
	list := item.Field("targets")
	if list == nil || list.Value.YNode().Kind != yaml.SequenceNode {
		return nil
	}
	var items []*yaml.Node
	for index, target := range list.Value.YNode().Content {
		mark, err := yaml.Parse(strings.Join([]string{
			"fieldPaths: [" + m.of(fmt.Sprintf("%s/targets/%d", id, index)) + "]", "options: {create: true}",
		}, "\n"))
		if err != nil {
			return err
		}
		for _, name := range []string{"select", "reject"} {
			if field := yaml.NewRNode(target).Field(name); field != nil {
				mark.YNode().Content = append(mark.YNode().Content, field.Key.YNode(), field.Value.YNode())
			}
		}
		items = append(items, mark.YNode(), target)
	}
	list.Value.YNode().Content = items
	return nil
}
