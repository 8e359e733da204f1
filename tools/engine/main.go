// Command mlgate-engine is the part of validate that has to be fast or has to be Kubernetes' own code.
// Each sub-command reads JSON lines from standard input and answers each with one JSON line.
package main

import (
	"fmt"
	"io"
	"os"
)

type command func(in io.Reader, out io.Writer, args []string) error

var commands = map[string]command{
	"render":   render,
	"template": templates,
	"rules":    rules,
	"judge":    judgeAll,
	"keys":     keys,
	"scan":     scan,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: mlgate-engine COMMAND, requests as JSON lines on standard input")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Stdin, os.Stdout, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "mlgate-engine:", err)
		os.Exit(3)
	}
}
