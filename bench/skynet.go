// SPDX-License-Identifier: MIT
package main

func init() {
	programs["skynet"] = func(args []int) { timed(args[0], skynet) }
}

func skynetNode(parent chan<- int, number, size int) {
	if size == 1 {
		parent <- number
		return
	}
	children := make(chan int)
	for i := 0; i < 10; i++ {
		go skynetNode(children, number+i*(size/10), size/10)
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-children
	}
	parent <- sum
}

// The number of leaves is a power of ten; the warm-up gets the next lower one.
func skynet(n int) {
	leaves := 1
	for leaves*10 <= n {
		leaves *= 10
	}
	top := make(chan int)
	go skynetNode(top, 0, leaves)
	if <-top != leaves*(leaves-1)/2 {
		fail("wrong sum")
	}
}
