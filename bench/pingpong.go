// SPDX-License-Identifier: MIT
package main

func init() {
	programs["pingpong"] = func(args []int) { timed(args[0], pingpong) }
}

func pong(pings <-chan int, pongs chan<- int) {
	for v := range pings {
		pongs <- v
	}
	close(pongs)
}

func pingpong(n int) {
	pings := make(chan int)
	pongs := make(chan int)
	go pong(pings, pongs)
	for i := 0; i < n; i++ {
		pings <- i
		<-pongs
	}
	close(pings)
	<-pongs
}
