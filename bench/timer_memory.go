// SPDX-License-Identifier: MIT
package main

import "time"

func init() {
	programs["timer_memory"] = func(args []int) { report("memory", armed(args[0])) }
}

func armed(n int) float64 {
	timers := make([]*time.Timer, n)
	for i := range timers {
		timers[i] = nil // the list itself is not to be weighed
	}
	before := residentBytes()
	for i := range timers {
		timers[i] = time.AfterFunc(time.Hour+time.Duration(i)*time.Microsecond, func() {})
	}
	bytes := (residentBytes() - before) / float64(n)
	for _, t := range timers {
		t.Stop()
	}
	return bytes
}
