package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// A file that changed this shortly before the scan may change once more without a difference in size or times,
// so its content takes part.
const racy = 2 * time.Second

// What validate never reads; at the top of a clone only.
var unread = map[string]bool{".git": true, ".venv": true, "build": true, "node_modules": true}

// scanned is the answer of scan. Tree stands for all files; Groups has one signature for each folder of
// overlays/, Prefixes are those of them that have settings, Files has one signature for every other file, and Links
// are the symbolic links and what is no regular file.
type scanned struct {
	Tree     string            `json:"tree"`
	Groups   map[string]string `json:"groups"`
	Prefixes []string          `json:"prefixes"`
	Files    map[string]string `json:"files"`
	Links    []string          `json:"links"`
}

type entry struct{ path, signature string }

type found struct {
	files []entry
	links []string
}

// scan answers no requests: its one argument is the folder to look at.
func scan(_ io.Reader, out io.Writer, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: mlgate-engine scan FOLDER")
	}
	answer, err := scanTree(args[0], time.Now())
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(answer)
}

func scanTree(root string, now time.Time) (scanned, error) {
	tops, err := scanTops(root)
	if err != nil {
		return scanned{}, err
	}
	results := make([]found, len(tops))
	failures := make([]error, len(tops))
	var wait sync.WaitGroup
	next := make(chan int)
	for range max(2, runtime.NumCPU()) {
		wait.Go(func() {
			for at := range next {
				failures[at] = scanTop(root, tops[at], now, &results[at])
			}
		})
	}
	for at := range tops {
		next <- at
	}
	close(next)
	wait.Wait()
	return scanJoin(tops, results), errors.Join(failures...)
}

// scanTops lists what is looked at in parallel: the folders of overlays/, and every other name at the top.
func scanTops(root string) ([]string, error) {
	listed, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	var tops []string
	for _, each := range listed {
		switch {
		case each.Name() == "overlays" && each.IsDir():
			inner, err := os.ReadDir(filepath.Join(root, "overlays"))
			if err != nil {
				return nil, err
			}
			for _, prefix := range inner {
				tops = append(tops, "overlays/"+prefix.Name())
			}
		case !unread[each.Name()]:
			tops = append(tops, each.Name())
		}
	}
	return tops, nil
}

// scanTop looks at one name, which need not be a folder; what is gone since it was listed is not there.
func scanTop(root, name string, now time.Time, into *found) error {
	info, err := os.Lstat(filepath.Join(root, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return scanName(root, name, info.IsDir(), now, into)
}

func scanName(root, name string, folder bool, now time.Time, into *found) error {
	if !folder {
		return scanFile(root, name, now, into)
	}
	into.files = append(into.files, entry{name + "/", "folder"})
	listed, err := os.ReadDir(root + "/" + name)
	if err != nil {
		return err
	}
	for _, each := range listed {
		if each.Name() == "__pycache__" {
			continue
		}
		if err := scanName(root, name+"/"+each.Name(), each.IsDir(), now, into); err != nil {
			return err
		}
	}
	return nil
}

func scanFile(root, name string, now time.Time, into *found) error {
	info, err := os.Lstat(root + "/" + name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !info.Mode().IsRegular() || !ok {
		into.links = append(into.links, name)
		return nil
	}
	changed := changeTime(stat)
	line := make([]byte, 0, 96)
	for _, number := range []int64{int64(stat.Ino), int64(info.Mode()), info.Size(), info.ModTime().UnixNano(), changed} {
		line = append(strconv.AppendInt(line, number, 36), '.')
	}
	border := now.Add(-racy)
	if info.ModTime().After(border) || time.Unix(0, changed).After(border) {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		line = fmt.Appendf(line, "%x", sha256.Sum256(content))
	}
	into.files = append(into.files, entry{name, string(line)})
	return nil
}

func scanJoin(tops []string, results []found) scanned {
	answer := scanned{Groups: map[string]string{}, Files: map[string]string{}, Prefixes: []string{}, Links: []string{}}
	whole := sha256.New()
	for at, top := range tops {
		one := results[at]
		slices.SortFunc(one.files, byPath)
		digest := sha256.New()
		for _, each := range one.files {
			fmt.Fprintf(digest, "%s\x00%s\n", each.path, each.signature)
		}
		answer.Links = append(answer.Links, one.links...)
		own := hex.EncodeToString(digest.Sum(nil))
		fmt.Fprintf(whole, "%s\x00%s\n", top, own)
		if group, inside := underOverlays(top); inside {
			answer.Groups[group] = own
			settings := entry{path: top + "/values/settings.yaml"}
			if _, there := slices.BinarySearchFunc(one.files, settings, byPath); there && group[0] != '.' {
				answer.Prefixes = append(answer.Prefixes, group)
			}
			continue
		}
		for _, each := range one.files {
			answer.Files[each.path] = each.signature
		}
	}
	slices.Sort(answer.Links)
	slices.Sort(answer.Prefixes)
	fmt.Fprintf(whole, "%q", answer.Links)
	answer.Tree = hex.EncodeToString(whole.Sum(nil))
	return answer
}

func byPath(a, b entry) int { return cmp.Compare(a.path, b.path) }

func underOverlays(top string) (string, bool) {
	const home = "overlays/"
	if len(top) <= len(home) || top[:len(home)] != home {
		return "", false
	}
	return top[len(home):], true
}
