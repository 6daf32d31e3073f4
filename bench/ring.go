// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["ring"] = func(args []int) {
		size := args[1]
		timed(args[0], func(n int) { ring(n, size) })
	}
}

func ringNode(in <-chan int, out chan<- int, arrived chan<- struct{}, wg *sync.WaitGroup) {
	for hops := range in {
		if hops == 0 {
			arrived <- struct{}{}
		} else {
			out <- hops - 1
		}
	}
	wg.Done()
}

func ring(n, size int) {
	links := make([]chan int, size)
	for i := range links {
		links[i] = make(chan int)
	}
	arrived := make(chan struct{})
	var wg sync.WaitGroup
	for i := range links {
		wg.Add(1)
		go ringNode(links[i], links[(i+1)%size], arrived, &wg)
	}
	links[0] <- n
	<-arrived
	for _, link := range links {
		close(link)
	}
	wg.Wait()
}
