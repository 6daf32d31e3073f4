// SPDX-License-Identifier: MIT
package main

func init() {
	programs["chained_spawn"] = func(args []int) { timed(args[0], chain) }
}

func chainNext(done chan<- struct{}, left int) {
	if left > 1 {
		go chainNext(done, left-1)
	} else {
		done <- struct{}{}
	}
}

func chain(n int) {
	done := make(chan struct{})
	go chainNext(done, n)
	<-done
}
