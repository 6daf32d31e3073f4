// SPDX-License-Identifier: MIT
package main

import "sync"

const (
	poolBlock = 256
	poolBurst = 10
)

var pooled = sync.Pool{New: func() any { return new([poolBlock]byte) }}

func init() {
	programs["pool"] = func(args []int) {
		goroutines := args[1]
		timed(args[0], func(n int) { usePools(n, goroutines) })
	}
}

func poolBurstOnce() {
	var held [poolBurst]*[poolBlock]byte
	for i := range held {
		held[i] = pooled.Get().(*[poolBlock]byte)
	}
	for i := range held {
		held[i][0]++
		pooled.Put(held[i])
	}
}

func usePool(n int, wg *sync.WaitGroup) {
	for i := 0; i < n; i += 16 + poolBurst {
		for k := 0; k < 16; k++ {
			block := pooled.Get().(*[poolBlock]byte)
			block[0]++
			pooled.Put(block)
		}
		poolBurstOnce()
	}
	wg.Done()
}

func usePools(n, goroutines int) {
	var wg sync.WaitGroup
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go usePool(n/goroutines, &wg)
	}
	wg.Wait()
}
