// SPDX-License-Identifier: MIT
package main

import (
	"runtime"
	"sync/atomic"
	"time"
)

func init() {
	programs["wake"] = func(args []int) {
		wake(args[0] / 10)
		reportTail(wake(args[0]))
	}
}

func wake(n int) []time.Duration {
	late := make([]time.Duration, n)
	sent := make(chan time.Time, 1)
	var taken atomic.Int64
	go func() {
		i := 0
		for at := range sent {
			late[i] = time.Since(at)
			i++
			taken.Add(1)
		}
	}()
	for i := 0; i < n; i++ {
		runtime.Gosched()
		for start := time.Now(); time.Since(start) < 500*time.Microsecond; {
		}
		sent <- time.Now()
		for taken.Load() == int64(i) {
		}
	}
	close(sent)
	return late
}
