// SPDX-License-Identifier: MIT
package main

func init() {
	programs["select_default1"] = func(args []int) { timed(args[0], selectDefault1) }
}

func selectDefault1(n int) {
	ch := make(chan int)
	misses := 0
	for i := 0; i < n; i++ {
		select {
		case <-ch:
			fail("a value from nowhere")
		default:
			misses++
		}
	}
	if misses != n {
		fail("wrong count")
	}
}
