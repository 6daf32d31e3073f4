// SPDX-License-Identifier: MIT
package main

import "time"

func init() {
	programs["sleep"] = func(args []int) {
		duration := time.Duration(args[1])
		timed(args[0], func(n int) {
			for i := 0; i < n; i++ {
				time.Sleep(duration)
			}
		})
	}
}
