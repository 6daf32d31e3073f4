// SPDX-License-Identifier: MIT
package main

import "time"

func init() {
	programs["sieve"] = func(args []int) {
		sieve(args[0] / 10)
		start := time.Now()
		primes := sieve(args[0])
		if primes != args[1] {
			fail("wrong number of primes")
		}
		report("ns", perOp(start, primes))
	}
}

func generate(out chan<- int, limit int) {
	for i := 2; i <= limit; i++ {
		out <- i
	}
	close(out)
}

func filter(in <-chan int, out chan<- int, prime int) {
	for v := range in {
		if v%prime != 0 {
			out <- v
		}
	}
	close(out)
}

// sieve counts the primes up to limit: one goroutine a prime, each passing on what it does not divide.
func sieve(limit int) int {
	ch := make(chan int)
	go generate(ch, limit)
	primes := 0
	for {
		prime, ok := <-ch
		if !ok {
			return primes
		}
		primes++
		next := make(chan int)
		go filter(ch, next, prime)
		ch = next
	}
}
