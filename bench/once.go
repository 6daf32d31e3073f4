// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["once"] = func(args []int) {
		var once sync.Once
		runs := 0
		timed(args[0], func(n int) {
			for i := 0; i < n; i++ {
				once.Do(func() { runs++ })
			}
			if runs != 1 {
				fail("ran more than once")
			}
		})
	}
}
