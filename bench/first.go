// SPDX-License-Identifier: MIT
package main

import (
	"context"
	"sync"
)

func init() {
	programs["first"] = func(args []int) {
		timed(args[0], func(n int) { askFirst(n, args[1]) })
	}
}

// first is the usual idiom: a channel with room for one answer, and a cancel for the rest, who are waited for.
func first[T any](ctx context.Context, n int, f func(ctx context.Context, index int) (T, error)) (T, error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var lastErr error
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan T, 1)
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			defer wg.Done()
			v, err := f(ctx, i)
			if err != nil {
				mu.Lock()
				lastErr = err
				mu.Unlock()
				return
			}
			select {
			case answers <- v:
				cancel()
			default:
			}
		}()
	}
	wg.Wait()
	select {
	case v := <-answers:
		return v, nil
	default:
		var none T
		return none, lastErr
	}
}

var firstAnswer int

func askFirst(n, several int) {
	for i := 0; i < n; i++ {
		who := i % several
		v, err := first(context.Background(), several, func(ctx context.Context, index int) (*int, error) {
			if index != who {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return &firstAnswer, nil
		})
		if err != nil || v != &firstAnswer {
			fail("no answer")
		}
	}
}
