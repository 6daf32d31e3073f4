// SPDX-License-Identifier: MIT
package main

func init() {
	programs["select4"] = func(args []int) {
		capacity := args[1]
		timed(args[0], func(n int) { select4(n, capacity) })
	}
}

func select4Produce(ch chan<- int, n int) {
	for i := 0; i < n; i++ {
		ch <- i
	}
}

func select4(n, capacity int) {
	share := n/4 + 1
	a := make(chan int, capacity)
	b := make(chan int, capacity)
	c := make(chan int, capacity)
	d := make(chan int, capacity)
	go select4Produce(a, share)
	go select4Produce(b, share)
	go select4Produce(c, share)
	go select4Produce(d, share)
	sum := 0
	for i := 0; i < 4*share; i++ {
		select {
		case v := <-a:
			sum += v
		case v := <-b:
			sum += v
		case v := <-c:
			sum += v
		case v := <-d:
			sum += v
		}
	}
	if sum != 4*(share*(share-1)/2) {
		fail("wrong sum")
	}
}
