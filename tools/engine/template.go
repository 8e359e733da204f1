package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/gosimple/slug"
	"github.com/valyala/fasttemplate"
	"sigs.k8s.io/yaml"
)

// templateRequest is one line of input: every string inside Value is a template of an ApplicationSet.
type templateRequest struct {
	Value      any            `json:"value"`
	Params     map[string]any `json:"params"`
	GoTemplate bool           `json:"goTemplate"`
	Options    []string       `json:"options"`
}

// templateAnswer is one line of output, in the order of the input; Error is empty when Value counts.
type templateAnswer struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

const longestLine = 64 << 20

var (
	templateFunctions = applicationSetFunctions()
	looksTemplated    = regexp.MustCompile(".*{{.*}}.*")
	notInNames        = regexp.MustCompile("[^-a-z0-9.]")
)

// templates answers every line of in, and fails only when the input is no request or the output is gone.
func templates(in io.Reader, out io.Writer, _ []string) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestLine)
	answers := json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	for lines.Scan() {
		var request templateRequest
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			return fmt.Errorf("template: %w", err)
		}
		if err := answers.Encode(request.answer()); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (r templateRequest) answer() templateAnswer {
	value, err := r.render(r.Value)
	if err != nil {
		return templateAnswer{Error: err.Error()}
	}
	return templateAnswer{Value: value}
}

func (r templateRequest) render(value any) (any, error) {
	switch typed := value.(type) {
	case string:
		return r.text(typed)
	case []any:
		for index, item := range typed {
			rendered, err := r.render(item)
			if err != nil {
				return nil, err
			}
			typed[index] = rendered
		}
	case map[string]any:
		return r.mapping(typed)
	}
	return value, nil
}

func (r templateRequest) mapping(content map[string]any) (map[string]any, error) {
	rendered := make(map[string]any, len(content))
	for key, item := range content {
		name, err := r.text(key)
		if err != nil {
			return nil, err
		}
		if rendered[name], err = r.render(item); err != nil {
			return nil, err
		}
	}
	return rendered, nil
}

func (r templateRequest) text(text string) (string, error) {
	if r.GoTemplate {
		return r.goText(text)
	}
	if !looksTemplated.MatchString(text) {
		return text, nil
	}
	parsed, err := fasttemplate.NewTemplate(text, "{{", "}}")
	if err != nil {
		return "", fmt.Errorf("%q: %w", text, err)
	}
	return parsed.ExecuteFuncString(r.replaceTag), nil
}

func (r templateRequest) replaceTag(out io.Writer, tag string) (int, error) {
	// What names no parameter stays as it is.
	if replacement, known := r.Params[strings.TrimSpace(tag)].(string); known {
		return out.Write([]byte(replacement))
	}
	return out.Write([]byte("{{" + tag + "}}"))
}

func (r templateRequest) goText(text string) (result string, err error) {
	// A function of the library, or an unknown option, panics.
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("%q: %v", text, trouble)
		}
	}()
	parsed, err := template.New("").Funcs(templateFunctions).Option(r.Options...).Parse(text)
	if err != nil {
		return "", fmt.Errorf("%q: %w", text, err)
	}
	var rendered strings.Builder
	if err = parsed.Execute(&rendered, r.Params); err != nil {
		return "", fmt.Errorf("%q: %w", text, err)
	}
	return rendered.String(), nil
}

func applicationSetFunctions() template.FuncMap {
	functions := template.FuncMap(sprig.GenericFuncMap())
	// A template must not learn about the machine that renders it.
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(functions, name)
	}
	functions["normalize"] = sanitizeName
	functions["slugify"] = slugify
	functions["toYaml"] = func(value any) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	functions["fromYaml"] = func(text string) (map[string]any, error) {
		content := map[string]any{}
		return content, yaml.Unmarshal([]byte(text), &content)
	}
	functions["fromYamlArray"] = func(text string) ([]any, error) {
		var content []any
		err := yaml.Unmarshal([]byte(text), &content)
		return content, err
	}
	return functions
}

func sanitizeName(name string) string {
	name = notInNames.ReplaceAllString(strings.ToLower(name), "-")
	return strings.Trim(name[:min(len(name), 253)], "-.")
}

// slugify takes the longest length and whether to cut at words only, both optional, before the text.
func slugify(args ...any) (string, error) {
	slug.MaxLength, slug.EnableSmartTruncate = 50, false
	if len(args) == 0 {
		return "", fmt.Errorf("slugify: no text")
	}
	for _, arg := range args[:len(args)-1] {
		switch typed := arg.(type) {
		case int:
			slug.MaxLength = typed
		case bool:
			slug.EnableSmartTruncate = typed
		default:
			return "", fmt.Errorf("slugify: %v is neither a length nor a truth value", arg)
		}
	}
	return slug.Make(fmt.Sprint(args[len(args)-1])), nil
}
