// SPDX-License-Identifier: MIT
package main

import (
	"sync"
	"time"
)

func init() {
	programs["sleep_many"] = func(args []int) { timed(args[0], sleepMany) }
}

func sleeper(d time.Duration, wg *sync.WaitGroup) {
	time.Sleep(d)
	wg.Done()
}

// sleepMany has n goroutines asleep for up to 10 ms each, in no order.
func sleepMany(n int) {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go sleeper(time.Duration(i*7919%10000)*time.Microsecond, &wg)
	}
	wg.Wait()
}
