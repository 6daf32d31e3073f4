// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["mutex"] = func(args []int) {
		goroutines := args[1]
		timed(args[0], func(n int) { lockAll(n, goroutines) })
	}
}

type counter struct {
	mu    sync.Mutex
	value int
}

func (c *counter) count(n int, wg *sync.WaitGroup) {
	for i := 0; i < n; i++ {
		c.mu.Lock()
		c.value++
		c.mu.Unlock()
	}
	wg.Done()
}

func lockAll(n, goroutines int) {
	var c counter
	var wg sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		wg.Add(1)
		go c.count(n/goroutines, &wg)
	}
	wg.Wait()
	if c.value != n/goroutines*goroutines {
		fail("wrong count")
	}
}
