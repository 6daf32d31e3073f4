// SPDX-License-Identifier: MIT
package main

func init() {
	programs["chan_stream"] = func(args []int) {
		capacity := args[1]
		timed(args[0], func(n int) { stream(n, capacity) })
	}
}

func produce(ch chan<- int, n int) {
	for i := 0; i < n; i++ {
		ch <- i
	}
	close(ch)
}

func stream(n, capacity int) {
	ch := make(chan int, capacity)
	go produce(ch, n)
	sum := 0
	for v := range ch {
		sum += v
	}
	if sum != n*(n-1)/2 {
		fail("wrong sum")
	}
}
