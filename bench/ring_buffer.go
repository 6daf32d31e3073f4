// SPDX-License-Identifier: MIT
package main

import (
	"sync"
	"sync/atomic"
)

func init() {
	programs["ring_buffer"] = func(args []int) {
		timed(args[0], func(n int) { passAll(n, args[1], args[2]) })
	}
}

type ringBuffer struct {
	mu              sync.Mutex
	notFull         *sync.Cond
	notEmpty        *sync.Cond
	values          []int
	oldest, waiting int
}

func newRingBuffer(size int) *ringBuffer {
	r := &ringBuffer{values: make([]int, size)}
	r.notFull = sync.NewCond(&r.mu)
	r.notEmpty = sync.NewCond(&r.mu)
	return r
}

func (r *ringBuffer) put(v int) {
	r.mu.Lock()
	for r.waiting == len(r.values) {
		r.notFull.Wait()
	}
	r.values[(r.oldest+r.waiting)%len(r.values)] = v
	r.waiting++
	r.mu.Unlock()
	r.notEmpty.Signal()
}

func (r *ringBuffer) get() int {
	r.mu.Lock()
	for r.waiting == 0 {
		r.notEmpty.Wait()
	}
	v := r.values[r.oldest]
	r.oldest = (r.oldest + 1) % len(r.values)
	r.waiting--
	r.mu.Unlock()
	r.notFull.Signal()
	return v
}

func passAll(n, size, pairs int) {
	var wg sync.WaitGroup
	var sum atomic.Int64
	each := n / pairs
	r := newRingBuffer(size)
	wg.Add(2 * pairs)
	for i := 0; i < pairs; i++ {
		go func() {
			for i := 0; i < each; i++ {
				r.put(i)
			}
			wg.Done()
		}()
		go func() {
			mine := 0
			for i := 0; i < each; i++ {
				mine += r.get()
			}
			sum.Add(int64(mine))
			wg.Done()
		}()
	}
	wg.Wait()
	if sum.Load() != int64(pairs*(each*(each-1)/2)) {
		fail("wrong sum")
	}
}
