// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["fork_tree"] = func(args []int) { timed(args[0], forkTree) }
}

func forkSum(from, to int, result *int, parent *sync.WaitGroup) {
	if to-from == 1 {
		*result = from
	} else {
		middle := from + (to-from)/2
		var left, right int
		var wg sync.WaitGroup
		wg.Add(2)
		go forkSum(from, middle, &left, &wg)
		go forkSum(middle, to, &right, &wg)
		wg.Wait()
		*result = left + right
	}
	parent.Done()
}

func forkTree(n int) {
	var result int
	var wg sync.WaitGroup
	wg.Add(1)
	go forkSum(0, n, &result, &wg)
	wg.Wait()
	if result != n*(n-1)/2 {
		fail("wrong sum")
	}
}
