// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["rwmutex"] = func(args []int) {
		timed(args[0], func(n int) { useAll(n, args[1], args[2]) })
	}
}

type shared struct {
	mu    sync.RWMutex
	value int
}

func (s *shared) use(n, every int, sum *int, wg *sync.WaitGroup) {
	for i := 1; i <= n; i++ {
		if every != 0 && i%every == 0 {
			s.mu.Lock()
			s.value++
			s.mu.Unlock()
		} else {
			s.mu.RLock()
			if s.value >= 0 {
				*sum++
			}
			s.mu.RUnlock()
		}
	}
	wg.Done()
}

func useAll(n, goroutines, every int) {
	var s shared
	var wg sync.WaitGroup
	sums := make([]int, goroutines)
	for i := range sums {
		wg.Add(1)
		go s.use(n/goroutines, every, &sums[i], &wg)
	}
	wg.Wait()
	reads := 0
	for _, sum := range sums {
		reads += sum
	}
	if reads+s.value != n/goroutines*goroutines {
		fail("wrong count")
	}
}
