// SPDX-License-Identifier: MIT
package main

import "time"

func init() {
	programs["tick"] = func(args []int) {
		startHogs(args[1])
		tick(args[0] / 10)
		reportTail(tick(args[0]))
	}
}

func tick(n int) []time.Duration {
	var late []time.Duration
	due := time.Now().Add(time.Millisecond)
	t := time.NewTicker(time.Millisecond)
	defer t.Stop()
	for len(late) < n {
		<-t.C
		now := time.Now()
		for ; len(late) < n && !due.After(now); due = due.Add(time.Millisecond) {
			late = append(late, now.Sub(due))
		}
	}
	return late
}
