// SPDX-License-Identifier: MIT
package main

import (
	"sync"
	"sync/atomic"
)

func init() {
	programs["lfstack"] = func(args []int) {
		timed(args[0], func(n int) { pushAll(n, args[1]) })
	}
}

const stackDepth = 3

type stackNode struct {
	value int
	next  *stackNode
}

type lfStack struct {
	head atomic.Pointer[stackNode]
}

func (s *lfStack) push(v int) {
	n := &stackNode{value: v}
	for {
		n.next = s.head.Load()
		if s.head.CompareAndSwap(n.next, n) {
			return
		}
	}
}

func (s *lfStack) pop() (int, bool) {
	for {
		n := s.head.Load()
		if n == nil {
			return 0, false
		}
		if s.head.CompareAndSwap(n, n.next) {
			return n.value, true
		}
	}
}

func pushAll(n, goroutines int) {
	var wg sync.WaitGroup
	var s lfStack
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func() {
			for i := 0; i < n/goroutines; i += stackDepth {
				for k := 0; k < stackDepth; k++ {
					s.push(i + k)
				}
				for k := 0; k < stackDepth; k++ {
					if _, ok := s.pop(); !ok {
						fail("a value is missing")
					}
				}
			}
			wg.Done()
		}()
	}
	wg.Wait()
	if _, ok := s.pop(); ok {
		fail("a value is left")
	}
}
