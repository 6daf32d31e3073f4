// SPDX-License-Identifier: MIT
package main

import "context"

func init() {
	programs["context_err"] = func(args []int) {
		timed(args[0], func(n int) {
			ended := 0
			parent, cancelParent := context.WithCancel(context.Background())
			ctx, cancel := context.WithCancel(parent)
			for i := 0; i < n; i++ {
				if ctx.Err() != nil {
					ended++
				}
			}
			if ended != 0 {
				fail("the context has ended")
			}
			cancel()
			cancelParent()
		})
	}
}
