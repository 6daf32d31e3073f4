// SPDX-License-Identifier: MIT
// The Go half of the benchmarks: one binary, `bench PROGRAM ARGS…`, where PROGRAM is a file's name. Each
// file does the same work as the C file beside it, in Go's usual form. What follows is the counterpart of
// bench.h: the clock, the warm-up and the printing, one "METRIC VALUE" a line.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"time"
)

// programs has an entry for every file, which puts it there itself.
var programs = map[string]func(args []int){}

// report prints one figure.
func report(metric string, value float64) {
	fmt.Printf("%s %.3f\n", metric, value)
}

// perOp gives the nanoseconds that each of n operations took since start.
func perOp(start time.Time, n int) float64 {
	return float64(time.Since(start).Nanoseconds()) / float64(n)
}

// timed warms up with a tenth of the work, then times n operations.
func timed(n int, work func(n int)) {
	work(n/10 + 1)
	start := time.Now()
	work(n)
	report("ns", perOp(start, n))
}

// residentBytes is the memory this process occupies now.
func residentBytes() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		fail(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		fail(err)
	}
	return float64(pages * os.Getpagesize())
}

// pageTableBytes is what the kernel spends on mapping it.
func pageTableBytes() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fail(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "VmPTE:" {
			kib, err := strconv.Atoi(words[1])
			if err != nil {
				fail(err)
			}
			return float64(kib * 1024)
		}
	}
	fail("no VmPTE in /proc/self/status")
	return 0
}

// reportTail sorts the samples, at least one, and reports p50, p99 and p999. Like what follows, the counterpart of tail.h.
func reportTail(samples []time.Duration) {
	n := len(samples)
	if n == 0 {
		fail("no sample")
	}
	sort.Slice(samples, func(i, j int) bool { return samples[i] < samples[j] })
	report("p50", float64(samples[(n-1)*500/1000]))
	report("p99", float64(samples[((n-1)*990+999)/1000]))
	report("p999", float64(samples[((n-1)*999+999)/1000]))
}

func hog() {
	x := 0
	for {
		x++
	}
}

// startHogs starts so many hogs for each processor. They run until the program ends.
func startHogs(each int) {
	for i := each * runtime.GOMAXPROCS(0); i > 0; i-- {
		go hog()
	}
}

func fail(why interface{}) {
	fmt.Fprintln(os.Stderr, "bench:", why)
	os.Exit(1)
}

func main() {
	if len(os.Args) < 2 {
		fail("no program named")
	}
	if os.Args[1] == "version" {
		fmt.Println(runtime.Version())
		return
	}
	program := programs[os.Args[1]]
	if program == nil {
		fail("no program " + os.Args[1])
	}
	var args []int
	for _, word := range os.Args[2:] {
		n, err := strconv.Atoi(word)
		if err != nil {
			fail(err)
		}
		args = append(args, n)
	}
	program(args)
}
