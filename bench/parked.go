// SPDX-License-Identifier: MIT
package main

import (
	"sync"
	"time"
)

func init() {
	programs["parked"] = func(args []int) {
		parked(1000)
		f := parked(args[0])
		report("start", f.start)
		report("memory", f.memory)
		report("tables", f.tables)
		report("release", f.release)
	}
}

type parkedFigures struct{ start, memory, tables, release float64 }

func waiter(gate <-chan struct{}, started, ended *sync.WaitGroup) {
	started.Done()
	<-gate
	ended.Done()
}

// parked starts n goroutines that wait on one channel, weighs them, and lets them go.
func parked(n int) parkedFigures {
	var f parkedFigures
	var started, ended sync.WaitGroup
	gate := make(chan struct{})
	memory, tables := residentBytes(), pageTableBytes()

	start := time.Now()
	for i := 0; i < n; i++ {
		started.Add(1)
		ended.Add(1)
		go waiter(gate, &started, &ended)
	}
	started.Wait()
	f.start = perOp(start, n)

	time.Sleep(50 * time.Millisecond) // the last ones are still on their way to the channel
	f.memory = (residentBytes() - memory) / float64(n)
	f.tables = (pageTableBytes() - tables) / float64(n)

	start = time.Now()
	close(gate)
	ended.Wait()
	f.release = perOp(start, n)
	return f
}
