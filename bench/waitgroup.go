// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["waitgroup"] = func(args []int) {
		timed(args[0], func(n int) {
			var wg sync.WaitGroup
			for i := 0; i < n; i++ {
				wg.Add(1)
				wg.Done()
				wg.Wait()
			}
		})
	}
}
