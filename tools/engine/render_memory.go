package main

import (
	"runtime/debug"
	"syscall"
)

const (
	garbage    = 400     // percent: builds are short, so collecting seldom costs little memory and saves a fifth
	softMemory = 1 << 30 // bytes at which Go collects harder
	hardMemory = 3 << 30 // bytes of addresses, of which Go reserves more than it uses
)

// limitMemory makes a build that grows without end fail alone, not the machine.
func limitMemory() error {
	debug.SetGCPercent(garbage)
	debug.SetMemoryLimit(softMemory)
	return syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: hardMemory, Max: hardMemory})
}
