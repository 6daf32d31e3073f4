// SPDX-License-Identifier: MIT
package main

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

func init() {
	programs["net_parked"] = func(args []int) { netParked(args[0]) }
	programs["net_parked_clients"] = func(args []int) { netParkedClients(args[0], args[1]) }
}

// netParkedClients dials and hangs up when its standard input closes.
func netParkedClients(port, n int) {
	conns := make([]net.Conn, n)
	for i := range conns {
		conns[i] = dialLocal(port)
	}
	io.Copy(io.Discard, os.Stdin)
	for _, c := range conns {
		c.Close()
	}
}

func listenTo(c net.Conn, open *sync.WaitGroup) {
	var buf [64]byte
	if n, _ := c.Read(buf[:]); n > 0 {
		fail("nothing was to be said")
	}
	c.Close()
	open.Done()
}

func netParked(n int) {
	l, port := listenLocal()
	clients := part("net_parked_clients", port, n)
	begin, err := clients.StdinPipe()
	if err != nil {
		fail(err)
	}
	before := residentBytes()
	if err := clients.Start(); err != nil {
		fail(err)
	}
	var open sync.WaitGroup
	for i := 0; i < n; i++ {
		open.Add(1)
		go listenTo(accept(l), &open)
	}
	time.Sleep(50 * time.Millisecond)
	report("memory", (residentBytes()-before)/float64(n))
	begin.Close()
	open.Wait()
	if err := clients.Wait(); err != nil {
		fail(err)
	}
}
