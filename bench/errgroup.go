// SPDX-License-Identifier: MIT
package main

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

func init() {
	programs["errgroup"] = func(args []int) {
		timed(args[0], func(n int) { runGroups(n, args[1]) })
	}
}

var tasksDone atomic.Int64

func runGroup(tasks int) {
	g, _ := errgroup.WithContext(context.Background())
	g.SetLimit(8)
	for i := 0; i < tasks; i++ {
		g.Go(func() error {
			tasksDone.Add(1)
			return nil
		})
	}
	if g.Wait() != nil {
		fail("an error from nowhere")
	}
}

func runGroups(n, size int) {
	tasksDone.Store(0)
	for i := 0; i < n/size; i++ {
		runGroup(size)
	}
	if tasksDone.Load() != int64(n/size*size) {
		fail("a task is missing")
	}
}
