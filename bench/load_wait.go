// SPDX-License-Identifier: MIT
package main

import "time"

func init() {
	programs["load_wait"] = func(args []int) {
		startHogs(args[1])
		takeGaps(1)
		reportTail(takeGaps(args[0]))
	}
}

func takeGaps(n int) []time.Duration {
	var gaps []time.Duration
	last := time.Now()
	for len(gaps) < n {
		now := time.Now()
		if gap := now.Sub(last); gap >= time.Millisecond {
			gaps = append(gaps, gap)
		}
		last = now
	}
	return gaps
}
