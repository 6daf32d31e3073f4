// SPDX-License-Identifier: MIT
package main

import (
	"sync"
	"sync/atomic"

	"golang.org/x/time/rate"
)

func init() {
	programs["limiter"] = func(args []int) {
		l := rate.NewLimiter(1000, 100)
		timed(args[0], func(n int) { askLimiter(l, n, args[1]) })
		if questionsAllowed.Load() < 100 {
			fail("another rate than was asked for")
		}
	}
}

var questionsAllowed atomic.Int64

func askLimiter(l *rate.Limiter, n, goroutines int) {
	var wg sync.WaitGroup
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func() {
			mine := 0
			for i := 0; i < n/goroutines; i++ {
				if l.Allow() {
					mine++
				}
			}
			questionsAllowed.Add(int64(mine))
			wg.Done()
		}()
	}
	wg.Wait()
}
