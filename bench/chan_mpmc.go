// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["chan_mpmc"] = func(args []int) {
		capacity, side := args[1], args[2]
		timed(args[0], func(n int) { mpmc(n, capacity, side) })
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

func mpmc(n, capacity, side int) {
	ch := make(chan int, capacity)
	sums := make(chan int, side)
	share := n / side
	var producers sync.WaitGroup
	for i := 0; i < side; i++ {
		producers.Add(1)
		go mpmcConsume(ch, sums)
		go mpmcProduce(ch, share, &producers)
	}
	producers.Wait()
	close(ch)
	sum := 0
	for i := 0; i < side; i++ {
		sum += <-sums
	}
	if sum != side*(share*(share-1)/2) {
		fail("wrong sum")
	}
}
