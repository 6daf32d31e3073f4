// SPDX-License-Identifier: MIT
package main

func init() {
	programs["select_default2"] = func(args []int) { timed(args[0], selectDefault2) }
}

func selectDefault2(n int) {
	a := make(chan int)
	b := make(chan int)
	misses := 0
	for i := 0; i < n; i++ {
		select {
		case <-a:
			fail("a value from nowhere")
		case <-b:
			fail("a value from nowhere")
		default:
			misses++
		}
	}
	if misses != n {
		fail("wrong count")
	}
}
