// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["spawn"] = func(args []int) { timed(args[0], spawn) }
}

func done(wg *sync.WaitGroup) {
	wg.Done()
}

func spawn(n int) {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go done(&wg)
	}
	wg.Wait()
}
