// SPDX-License-Identifier: MIT
package main

import (
	"crypto/sha256"
	"runtime"
	"sync"
	"time"
)

func init() {
	programs["worker_pool"] = func(args []int) {
		fillBlocks()
		workers := runtime.GOMAXPROCS(0)
		pool(args[0]/10, workers)
		payload(args[0]/10, workers)
		start := time.Now()
		pool(args[0], workers)
		whole := perOp(start, args[0])
		start = time.Now()
		payload(args[0], workers)
		alone := perOp(start, args[0])
		report("ns", whole)
		report("payload", alone)
		report("beyond", whole-alone)
	}
}

type block [1024]byte

var blocks [64]block

func fillBlocks() {
	for i := range blocks {
		for j := range blocks[i] {
			blocks[i][j] = byte(i*31 + j*7)
		}
	}
}

func hashWorker(jobs <-chan *block, results chan<- [32]byte, wg *sync.WaitGroup) {
	for b := range jobs {
		results <- sha256.Sum256(b[:])
	}
	wg.Done()
}

func submit(jobs chan<- *block, n int) {
	for i := 0; i < n; i++ {
		jobs <- &blocks[i%len(blocks)]
	}
	close(jobs)
}

func closeAfter(results chan [32]byte, wg *sync.WaitGroup) {
	wg.Wait()
	close(results)
}

func pool(n, workers int) {
	jobs := make(chan *block, 128)
	results := make(chan [32]byte, 128)
	var wg sync.WaitGroup
	for i := 0; i < workers; i++ {
		wg.Add(1)
		go hashWorker(jobs, results, &wg)
	}
	go submit(jobs, n)
	go closeAfter(results, &wg)
	count := 0
	for range results {
		count++
	}
	if count != n {
		fail("wrong count")
	}
}

var sink [32]byte

func hashShare(n int, wg *sync.WaitGroup) {
	var last [32]byte
	for i := 0; i < n; i++ {
		last = sha256.Sum256(blocks[i%len(blocks)][:])
	}
	sinkMutex.Lock()
	sink = last
	sinkMutex.Unlock()
	wg.Done()
}

var sinkMutex sync.Mutex

// payload does the hashing without the pool, shared out beforehand.
func payload(n, workers int) {
	var wg sync.WaitGroup
	for i := 0; i < workers; i++ {
		wg.Add(1)
		go hashShare(n/workers, &wg)
	}
	wg.Wait()
}
