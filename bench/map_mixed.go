// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"sync"
)

func init() {
	programs["map_mixed"] = func(args []int) {
		var m sync.Map
		// Strings, as programs have them: that each call makes an interface of one is a part of sync.Map.
		keys := make([]string, mapKeys)
		for i := range keys {
			keys[i] = fmt.Sprintf("user-%06d", i*37)
			if i%2 == 1 {
				m.Store(keys[i], keys[i])
			}
		}
		timed(args[0], func(n int) { mixMap(&m, keys, n, args[1]) })
	}
}

func oneOperation(m *sync.Map, keys []string, i int, r uint32) {
	key := keys[r%mapKeys]
	var v any = key
	switch i % 50 {
	case 0, 16, 32:
		m.Store(key, key)
	case 8:
		m.Delete(key)
	case 24:
		v, _ = m.LoadOrStore(key, key)
	default:
		if found, ok := m.Load(key); ok {
			v = found
		}
	}
	if v != key {
		fail("wrong value")
	}
}

func mixMap(m *sync.Map, keys []string, n, goroutines int) {
	var wg sync.WaitGroup
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func(seed uint32) {
			for i := 0; i < n/goroutines; i++ {
				seed = seed*1664525 + 1013904223
				oneOperation(m, keys, i, seed>>8)
			}
			wg.Done()
		}(uint32(i))
	}
	wg.Wait()
}
