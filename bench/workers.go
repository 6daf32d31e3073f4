// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

func init() {
	programs["workers"] = func(args []int) {
		timed(args[0], func(n int) { submitAll(n, args[1]) })
	}
}

// jobPool is the usual pool of resident workers on a channel of jobs, whose errors and panics go to another channel
// if that has room.
type jobPool struct {
	jobs   chan func() error
	errors chan error
	wg     sync.WaitGroup
}

func newJobPool(workers, queue int) *jobPool {
	p := &jobPool{jobs: make(chan func() error, queue), errors: make(chan error, 1)}
	p.wg.Add(workers)
	for i := 0; i < workers; i++ {
		go func() {
			defer p.wg.Done()
			for job := range p.jobs {
				p.run(job)
			}
		}()
	}
	return p
}

func (p *jobPool) report(err error) {
	select {
	case p.errors <- err:
	default:
	}
}

func (p *jobPool) run(job func() error) {
	defer func() {
		if v := recover(); v != nil {
			p.report(fmt.Errorf("panic: %v", v))
		}
	}()
	if err := job(); err != nil {
		p.report(err)
	}
}

func (p *jobPool) shutdown() {
	close(p.jobs)
	p.wg.Wait()
}

var jobsDone atomic.Int64

func submitAll(n, goroutines int) {
	var wg sync.WaitGroup
	p := newJobPool(runtime.GOMAXPROCS(0), 128)
	jobsDone.Store(0)
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func(step int64) {
			for i := 0; i < n/goroutines; i++ {
				p.jobs <- func() error {
					jobsDone.Add(step)
					return nil
				}
			}
			wg.Done()
		}(1)
	}
	wg.Wait()
	p.shutdown()
	if jobsDone.Load() != int64(n/goroutines*goroutines) {
		fail("a job is missing")
	}
}
