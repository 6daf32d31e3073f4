// SPDX-License-Identifier: MIT
package main

import "context"

func init() {
	programs["context_wake"] = func(args []int) {
		timed(args[0], wakeByContext)
	}
}

func waitForEach(contexts <-chan context.Context, answers chan<- struct{}) {
	for ctx := range contexts {
		<-ctx.Done()
		answers <- struct{}{}
	}
}

func wakeByContext(n int) {
	contexts := make(chan context.Context)
	answers := make(chan struct{})
	go waitForEach(contexts, answers)
	for i := 0; i < n; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		contexts <- ctx
		cancel()
		<-answers
	}
	close(contexts)
}
