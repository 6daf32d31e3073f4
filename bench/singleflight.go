// SPDX-License-Identifier: MIT
package main

import (
	"runtime"
	"sync"

	"golang.org/x/sync/singleflight"
)

func init() {
	programs["singleflight"] = func(args []int) {
		timed(args[0], func(n int) { askAll(n, args[1]) })
	}
}

func askAll(n, goroutines int) {
	var wg sync.WaitGroup
	var group singleflight.Group
	keys := [...]string{"one", "two", "three", "four"}
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func() {
			for i := 0; i < n/goroutines; i++ {
				k := i % len(keys)
				v, err, _ := group.Do(keys[k], func() (any, error) {
					runtime.Gosched()
					return k, nil
				})
				if err != nil || v.(int) != k {
					fail("wrong answer")
				}
			}
			wg.Done()
		}()
	}
	wg.Wait()
}
