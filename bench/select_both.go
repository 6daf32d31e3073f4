// SPDX-License-Identifier: MIT
package main

func init() {
	programs["select_both"] = func(args []int) {
		capacity := args[1]
		timed(args[0], func(n int) { selectBoth(n, capacity) })
	}
}

func sendAny(c *[4]chan int, n int) {
	for i := 0; i < n; i++ {
		select {
		case c[0] <- i:
		case c[1] <- i:
		case c[2] <- i:
		case c[3] <- i:
		}
	}
}

func receiveAny(c *[4]chan int, n int, sums chan<- int) {
	sum := 0
	for i := 0; i < n; i++ {
		select {
		case v := <-c[0]:
			sum += v
		case v := <-c[1]:
			sum += v
		case v := <-c[2]:
			sum += v
		case v := <-c[3]:
			sum += v
		}
	}
	sums <- sum
}

func selectBoth(n, capacity int) {
	var c [4]chan int
	sums := make(chan int, len(c))
	share := n/len(c) + 1
	for i := range c {
		c[i] = make(chan int, capacity)
	}
	for range c {
		go sendAny(&c, share)
		go receiveAny(&c, share, sums)
	}
	sum := 0
	for range c {
		sum += <-sums
	}
	if sum != len(c)*(share*(share-1)/2) {
		fail("wrong sum")
	}
}
