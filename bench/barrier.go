// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["barrier"] = func(args []int) {
		timed(args[0], func(n int) { meetAll(n, args[1]) })
	}
}

type barrier struct {
	mu         sync.Mutex
	cond       *sync.Cond
	n, arrived int
	round      uint64
}

func newBarrier(n int) *barrier {
	b := &barrier{n: n}
	b.cond = sync.NewCond(&b.mu)
	return b
}

func (b *barrier) wait() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	round := b.round
	b.arrived++
	if b.arrived == b.n {
		b.arrived = 0
		b.round++
		b.cond.Broadcast()
		return round
	}
	for round == b.round {
		b.cond.Wait()
	}
	return round
}

func meetAll(n, goroutines int) {
	var wg sync.WaitGroup
	b := newBarrier(goroutines)
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func() {
			for i := 0; i < n/goroutines; i++ {
				b.wait()
			}
			wg.Done()
		}()
	}
	wg.Wait()
}
