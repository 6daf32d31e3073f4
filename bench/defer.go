// SPDX-License-Identifier: MIT
package main

func init() {
	programs["defer"] = func(args []int) {
		timed(args[0], func(n int) {
			deferCalls = 0
			for i := 0; i < n; i++ {
				callDeferred(1)
			}
			if deferCalls != n {
				fail("wrong count")
			}
		})
	}
}

var deferCalls int

//go:noinline
func countDeferred(by int) {
	deferCalls += by
}

//go:noinline
func callDeferred(by int) {
	defer countDeferred(by)
}
