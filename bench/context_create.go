// SPDX-License-Identifier: MIT
package main

import "context"

func init() {
	programs["context_create"] = func(args []int) {
		timed(args[0], func(n int) {
			parent, cancel := context.WithCancel(context.Background())
			for i := 0; i < n; i++ {
				_, cancelChild := context.WithCancel(parent)
				cancelChild()
			}
			if parent.Err() != nil {
				fail("the parent has ended")
			}
			cancel()
		})
	}
}
