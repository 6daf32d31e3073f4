// SPDX-License-Identifier: MIT
package main

import "context"

func init() {
	programs["pipeline"] = func(args []int) {
		timed(args[0], func(n int) { runPipeline(n, args[1]) })
	}
}

// receive and send are what go.dev/blog/pipelines and its or-done idiom do at each step: neither waits longer than
// the context lasts.
func receive[T any](ctx context.Context, in <-chan T) (v T, ok bool) {
	select {
	case v, ok = <-in:
	case <-ctx.Done():
	}
	return
}

func send[T any](ctx context.Context, out chan<- T, v T) bool {
	select {
	case out <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

func mapStage[In, Out any](ctx context.Context, in <-chan In, capacity int, f func(In) Out) <-chan Out {
	out := make(chan Out, capacity)
	go func() {
		defer close(out)
		for {
			v, ok := receive(ctx, in)
			if !ok || !send(ctx, out, f(v)) {
				return
			}
		}
	}()
	return out
}

func filterStage[T any](ctx context.Context, in <-chan T, capacity int, f func(T) bool) <-chan T {
	out := make(chan T, capacity)
	go func() {
		defer close(out)
		for {
			v, ok := receive(ctx, in)
			if !ok || (f(v) && !send(ctx, out, v)) {
				return
			}
		}
	}()
	return out
}

func runPipeline(n, capacity int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in := make(chan int, capacity)
	go func() {
		for i := 0; i < n; i++ {
			in <- i
		}
		close(in)
	}()
	added := mapStage(ctx, in, capacity, func(v int) int { return v + 1 })
	even := filterStage(ctx, added, capacity, func(v int) bool { return v%2 == 0 })
	halved := mapStage(ctx, even, capacity, func(v int) int { return v / 2 })
	sum, out := 0, n/2
	for v := range halved {
		sum += v
	}
	if sum != out*(out+1)/2 {
		fail("wrong sum")
	}
}
