// SPDX-License-Identifier: MIT
package main

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

func init() {
	programs["semaphore"] = func(args []int) {
		s := semaphore.NewWeighted(int64(args[2]))
		timed(args[0], func(n int) { takeAll(s, n, args[1], int64(args[2])) })
	}
}

var unitsHeld atomic.Int64

func takeAndGive(s *semaphore.Weighted, n int, units int64) {
	for i := 0; i < n; i++ {
		weight := int64(1 + i%3)
		if s.Acquire(context.Background(), weight) != nil {
			fail("no units")
		}
		if unitsHeld.Add(weight) > units {
			fail("more units than there are")
		}
		runtime.Gosched()
		unitsHeld.Add(-weight)
		s.Release(weight)
	}
}

func takeAll(s *semaphore.Weighted, n, goroutines int, units int64) {
	var wg sync.WaitGroup
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func() {
			takeAndGive(s, n/goroutines, units)
			wg.Done()
		}()
	}
	wg.Wait()
}
