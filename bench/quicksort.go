// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["quicksort"] = func(args []int) { timed(args[0], sortNumbers) }
}

const sortSmall = 64

func insertionSort(a []uint32) {
	for i := 1; i < len(a); i++ {
		v := a[i]
		k := i
		for ; k > 0 && a[k-1] > v; k-- {
			a[k] = a[k-1]
		}
		a[k] = v
	}
}

// partition is Hoare's: everything in [0, the result] is at most what lies behind.
func partition(a []uint32) int {
	pivot := a[(len(a)-1)/2]
	for i, k := -1, len(a); ; {
		for i++; a[i] < pivot; i++ {
		}
		for k--; a[k] > pivot; k-- {
		}
		if i >= k {
			return k
		}
		a[i], a[k] = a[k], a[i]
	}
}

func quicksort(a []uint32, wg *sync.WaitGroup) {
	for len(a) > sortSmall {
		left := partition(a) + 1
		wg.Add(1)
		go quicksort(a[:left], wg)
		a = a[left:]
	}
	insertionSort(a)
	wg.Done()
}

func sortNumbers(n int) {
	a := make([]uint32, n)
	seed := uint32(1)
	for i := range a {
		seed = seed*1664525 + 1013904223
		a[i] = seed
	}
	var wg sync.WaitGroup
	wg.Add(1)
	quicksort(a, &wg)
	wg.Wait()
	for i := 1; i < n; i++ {
		if a[i-1] > a[i] {
			fail("not sorted")
		}
	}
}
