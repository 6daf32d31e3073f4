// SPDX-License-Identifier: MIT
package main

import (
	"runtime"
	"sync"
)

func init() {
	programs["singleflight"] = func(args []int) {
		timed(args[0], func(n int) { askAll(n, args[1]) })
	}
}

// What golang.org/x/sync/singleflight does, without its handling of panics, for modules cannot be had everywhere.
type flightCall struct {
	wg    sync.WaitGroup
	value any
	err   error
	dups  int
}

type flightGroup struct {
	mu    sync.Mutex
	calls map[string]*flightCall
}

func (g *flightGroup) do(key string, f func() (any, error)) (any, error, bool) {
	g.mu.Lock()
	if g.calls == nil {
		g.calls = make(map[string]*flightCall)
	}
	if c, ok := g.calls[key]; ok {
		c.dups++
		g.mu.Unlock()
		c.wg.Wait()
		return c.value, c.err, true
	}
	c := new(flightCall)
	c.wg.Add(1)
	g.calls[key] = c
	g.mu.Unlock()
	c.value, c.err = f()
	g.mu.Lock()
	c.wg.Done()
	if g.calls[key] == c {
		delete(g.calls, key)
	}
	g.mu.Unlock()
	return c.value, c.err, c.dups > 0
}

func askAll(n, goroutines int) {
	var wg sync.WaitGroup
	var group flightGroup
	keys := [...]string{"one", "two", "three", "four"}
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func() {
			for i := 0; i < n/goroutines; i++ {
				k := i % len(keys)
				v, err, _ := group.do(keys[k], func() (any, error) {
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
