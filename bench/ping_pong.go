// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["ping_pong"] = func(args []int) {
		atOnce := args[1]
		timed(args[0], func(n int) { pingPongAll(n, atOnce) })
	}
}

func pingPongAnswer(ping <-chan struct{}, pong chan<- struct{}) {
	<-ping
	pong <- struct{}{}
}

func pingPongAsk(wg *sync.WaitGroup) {
	ping, pong := make(chan struct{}, 1), make(chan struct{}, 1)
	go pingPongAnswer(ping, pong)
	ping <- struct{}{}
	<-pong
	wg.Done()
}

func pingPongAll(n, atOnce int) {
	for left := n; left > 0; left -= atOnce {
		var wg sync.WaitGroup
		for i := 0; i < atOnce && i < left; i++ {
			wg.Add(1)
			go pingPongAsk(&wg)
		}
		wg.Wait()
	}
}
