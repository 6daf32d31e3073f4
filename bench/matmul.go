// SPDX-License-Identifier: MIT
package main

import "sync"

func init() {
	programs["matmul"] = func(args []int) {
		timed(args[0]*matmulSize*matmulSize*matmulSize, multiplyTimes)
	}
}

const (
	matmulSize  = 192
	matmulBlock = 8
)

type matrix [matmulSize][matmulSize]float64

func multiplyRows(a, b, c *matrix, from int, wg *sync.WaitGroup) {
	for i := from; i < from+matmulBlock; i++ {
		row := &c[i]
		*row = [matmulSize]float64{}
		for k := range b {
			factor, other := a[i][k], &b[k]
			for j := range row {
				row[j] += factor * other[j]
			}
		}
	}
	wg.Done()
}

func multiply(a, b, c *matrix) {
	var wg sync.WaitGroup
	for i := 0; i < matmulSize; i += matmulBlock {
		wg.Add(1)
		go multiplyRows(a, b, c, i, &wg)
	}
	wg.Wait()
}

// multiplyTimes has b double, so that each element of the product is known.
func multiplyTimes(n int) {
	var a, b, c matrix
	for i := range a {
		for k := range a[i] {
			a[i][k] = float64(i + k)
		}
		b[i][i] = 2
	}
	for done := 0; done < n; done += matmulSize * matmulSize * matmulSize {
		multiply(&a, &b, &c)
	}
	for i := range c {
		for k := range c[i] {
			if c[i][k] != float64(2*(i+k)) {
				fail("wrong product")
			}
		}
	}
}
