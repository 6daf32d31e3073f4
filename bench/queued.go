// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["queued"] = func(args []int) {
		queued(1000)
		report("memory", queued(args[0]))
	}
}

func queuedWaiter(gate <-chan struct{}, wg *sync.WaitGroup) {
	<-gate
	wg.Done()
}

// queued weighs n goroutines that were started and did not run yet: with one processor they have to wait
// for this one, which stays below its time slice.
func queued(n int) float64 {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	before := residentBytes()
	for i := 0; i < n; i++ {
		wg.Add(1)
		go queuedWaiter(gate, &wg)
	}
	bytes := (residentBytes() - before) / float64(n)
	close(gate)
	wg.Wait()
	return bytes
}
