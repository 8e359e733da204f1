package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// options are spec.source.kustomize of an Argo CD Application, which Argo CD writes into the kustomization of its path.
type options struct {
	NamePrefix             string            `json:"namePrefix"`
	NameSuffix             string            `json:"nameSuffix"`
	Namespace              string            `json:"namespace"`
	Images                 []string          `json:"images"`
	Replicas               []replicas        `json:"replicas"`
	CommonLabels           map[string]string `json:"commonLabels"`
	ForceCommonLabels      bool              `json:"forceCommonLabels"`
	LabelWithoutSelector   bool              `json:"labelWithoutSelector"`
	LabelIncludeTemplates  bool              `json:"labelIncludeTemplates"`
	CommonAnnotations      map[string]string `json:"commonAnnotations"`
	ForceCommonAnnotations bool              `json:"forceCommonAnnotations"`
	Patches                []types.Patch     `json:"patches"`
	Components             []string          `json:"components"`
}

// replicas differs from kustomize's own in that count may be text.
type replicas struct {
	Name  string `json:"name"`
	Count any    `json:"count"`
}

func (o *options) apply(content []byte) ([]byte, error) {
	var whole types.Kustomization
	if err := whole.Unmarshal(content); err != nil {
		return nil, fmt.Errorf("invalid Kustomization: %w", err)
	}
	whole.FixKustomization()
	o.names(&whole)
	problems := []error{o.labels(&whole), o.annotations(&whole), o.counts(&whole)}
	for _, text := range o.Images {
		image, err := parseImage(text)
		problems = append(problems, err)
		whole.Images = append(without(whole.Images, image.Name), image)
	}
	whole.Patches = append(whole.Patches, o.Patches...)
	whole.Components = append(whole.Components, o.Components...)
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return yaml.Marshal(whole)
}

func (o *options) names(whole *types.Kustomization) {
	if o.NamePrefix != "" {
		whole.NamePrefix = o.NamePrefix
	}
	if o.NameSuffix != "" {
		whole.NameSuffix = o.NameSuffix
	}
	if o.Namespace != "" {
		whole.Namespace = o.Namespace
	}
}

func (o *options) labels(whole *types.Kustomization) error {
	if len(o.CommonLabels) == 0 {
		return nil
	}
	if !o.LabelWithoutSelector {
		merged, err := merge("label", whole.CommonLabels, o.CommonLabels, o.ForceCommonLabels)
		whole.CommonLabels = merged
		return err
	}
	whole.Labels = append(whole.Labels, types.Label{Pairs: o.CommonLabels, IncludeTemplates: o.LabelIncludeTemplates})
	return nil
}

func (o *options) annotations(whole *types.Kustomization) error {
	merged, err := merge("annotation", whole.CommonAnnotations, o.CommonAnnotations, o.ForceCommonAnnotations)
	whole.CommonAnnotations = merged
	return err
}

func merge(what string, there, more map[string]string, force bool) (map[string]string, error) {
	if len(more) == 0 {
		return there, nil
	}
	merged := map[string]string{}
	maps.Copy(merged, there)
	for _, key := range slices.Sorted(maps.Keys(more)) {
		if _, taken := there[key]; taken && !force {
			return there, fmt.Errorf("%s %s is in the kustomization already, and the Application does not force its own", what, key)
		}
		merged[key] = more[key]
	}
	return merged, nil
}

func (o *options) counts(whole *types.Kustomization) error {
	for _, one := range o.Replicas {
		var count int64
		if _, err := fmt.Sscanf(fmt.Sprint(one.Count), "%d", &count); err != nil {
			return fmt.Errorf("replicas of %s: %v is no number", one.Name, one.Count)
		}
		kept := slices.DeleteFunc(whole.Replicas, func(each types.Replica) bool { return each.Name == one.Name })
		whole.Replicas = append(kept, types.Replica{Name: one.Name, Count: count})
	}
	return nil
}

func without(images []types.Image, name string) []types.Image {
	return slices.DeleteFunc(images, func(each types.Image) bool { return each.Name == name })
}

// parseImage reads name=new:tag, name=new@digest, name:tag, name@digest, as `kustomize edit set image` does.
func parseImage(text string) (types.Image, error) {
	name, rest, renamed := strings.Cut(text, "=")
	if !renamed {
		rest = name
	}
	given, digest, _ := strings.Cut(rest, "@")
	tag := ""
	// A colon before the last slash belongs to the port of a registry.
	if at := strings.LastIndex(given, ":"); at > strings.LastIndex(given, "/") {
		given, tag = given[:at], given[at+1:]
	}
	image := types.Image{Name: name, NewName: given, NewTag: tag, Digest: digest}
	if !renamed {
		image.Name, image.NewName = given, ""
	}
	if image.Name == "" || (!renamed && tag == "" && digest == "") {
		return image, fmt.Errorf("image %q names no other name, tag or digest", text)
	}
	return image, nil
}
