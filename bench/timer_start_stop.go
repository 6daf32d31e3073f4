// SPDX-License-Identifier: MIT
package main

import "time"

func init() {
	programs["timer_start_stop"] = func(args []int) {
		timed(args[0], func(n int) {
			t := time.NewTimer(time.Hour)
			for i := 0; i < n; i++ {
				t.Reset(time.Hour)
				if !t.Stop() {
					fail("a timer of an hour has fired")
				}
			}
		})
	}
}
