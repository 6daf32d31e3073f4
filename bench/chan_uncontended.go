// SPDX-License-Identifier: MIT
package main

func init() {
	programs["chan_uncontended"] = func(args []int) {
		capacity := args[1]
		timed(args[0], func(n int) { uncontended(n, capacity) })
	}
}

func uncontended(n, capacity int) {
	ch := make(chan int, capacity)
	for i := 0; i < n; i += capacity {
		for j := 0; j < capacity; j++ {
			ch <- j
		}
		for j := 0; j < capacity; j++ {
			if <-ch != j {
				fail("wrong order")
			}
		}
	}
}
