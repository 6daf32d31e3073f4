// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["chan_mpmc"] = func(args []int) {
		capacity, senders, receivers := args[1], args[2], args[3]
		timed(args[0], func(n int) { mpmc(n, capacity, senders, receivers) })
	}
}

func mpmcProduce(ch chan<- int, n int, wg *sync.WaitGroup) {
	for i := 0; i < n; i++ {
		ch <- i
	}
	wg.Done()
}

func mpmcConsume(ch <-chan int, sums chan<- int) {
	sum := 0
	for v := range ch {
		sum += v
	}
	sums <- sum
}

func mpmc(n, capacity, senders, receivers int) {
	ch := make(chan int, capacity)
	sums := make(chan int, receivers)
	share := n / senders
	var producers sync.WaitGroup
	for i := 0; i < receivers; i++ {
		go mpmcConsume(ch, sums)
	}
	for i := 0; i < senders; i++ {
		producers.Add(1)
		go mpmcProduce(ch, share, &producers)
	}
	producers.Wait()
	close(ch)
	sum := 0
	for i := 0; i < receivers; i++ {
		sum += <-sums
	}
	if sum != senders*(share*(share-1)/2) {
		fail("wrong sum")
	}
}
