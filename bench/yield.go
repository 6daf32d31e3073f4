// SPDX-License-Identifier: MIT
package main

import (
	"runtime"
	"sync"
)

func init() {
	programs["yield"] = func(args []int) {
		goroutines := args[1]
		timed(args[0], func(n int) { yield(n, goroutines) })
	}
}

func yielder(n int, wg *sync.WaitGroup) {
	for i := 0; i < n; i++ {
		runtime.Gosched()
	}
	wg.Done()
}

func yield(n, goroutines int) {
	var wg sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		wg.Add(1)
		go yielder(n/goroutines, &wg)
	}
	wg.Wait()
}
