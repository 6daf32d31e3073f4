// SPDX-License-Identifier: MIT
package main

import "context"

func init() {
	programs["context_cancel"] = func(args []int) {
		timed(args[0], func(n int) {
			for i := 0; i < n; i += contextChildren {
				cancelTogether()
			}
		})
	}
}

const contextChildren = 1000

func cancelTogether() {
	var children [contextChildren]context.Context
	var cancels [contextChildren]context.CancelFunc
	parent, cancel := context.WithCancel(context.Background())
	for i := range children {
		children[i], cancels[i] = context.WithCancel(parent)
		children[i].Done()
	}
	cancel()
	for i := range children {
		if children[i].Err() != context.Canceled {
			fail("a child has not ended")
		}
		cancels[i]()
	}
}
