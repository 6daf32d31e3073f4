// SPDX-License-Identifier: MIT
package main

import "time"

func init() {
	programs["timer_million"] = func(args []int) {
		timed(args[0], armAndStop)
	}
}

func armAndStop(n int) {
	timers := make([]*time.Timer, n)
	for i := range timers {
		timers[i] = time.AfterFunc(time.Hour+time.Duration(i*2654435761%1000000)*time.Millisecond, func() {})
	}
	for i := range timers {
		if !timers[i*7919%n].Stop() {
			fail("a timer of an hour has fired")
		}
	}
}
