// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"sync"
)

const mapKeys = 1024

func init() {
	programs["map_read"] = func(args []int) {
		var m sync.Map
		// Strings, as programs have them: that each call makes an interface of one is a part of sync.Map.
		keys := make([]string, mapKeys)
		for i := range keys {
			keys[i] = fmt.Sprintf("user-%06d", i*37)
			m.Store(keys[i], i)
		}
		timed(args[0], func(n int) { readMap(&m, keys, n, args[1]) })
	}
}

func lookUp(m *sync.Map, keys []string, n, first int, wg *sync.WaitGroup) {
	sum, right := 0, 0
	for i := 0; i < n; i++ {
		k := (first + i*7) % mapKeys
		if v, ok := m.Load(keys[k]); ok {
			sum += v.(int)
		}
		right += k
	}
	if sum != right {
		fail("wrong values")
	}
	wg.Done()
}

func readMap(m *sync.Map, keys []string, n, goroutines int) {
	var wg sync.WaitGroup
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go lookUp(m, keys, n/goroutines, i*100, &wg)
	}
	wg.Wait()
}
