// SPDX-License-Identifier: MIT
// An echo server under connections that each send a message, wait for it to come back, and send the next. The clients
// are another process, so what is counted is the server's own.
package main

import (
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

func init() {
	programs["tcp_echo"] = func(args []int) { tcpEcho(args[0], args[1]) }
	programs["tcp_echo_clients"] = func(args []int) { tcpEchoClients(args[0], args[1], args[2]) }
}

const echoMessage = 64

// cpuNs is the CPU time that this process has used.
func cpuNs() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fail(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// tcpEchoClients holds the connections, each sending its share of the messages.
func tcpEchoClients(port, connections, messages int) {
	var done sync.WaitGroup
	all := make([]net.Conn, connections)
	for i := range all {
		all[i] = dialLocal(port)
	}
	time.Sleep(100 * time.Millisecond)
	for i, c := range all {
		n := messages / connections
		if i < messages%connections {
			n++
		}
		done.Add(1)
		go func(c net.Conn) {
			defer done.Done()
			defer c.Close()
			for ; n > 0; n-- {
				ask(c)
			}
		}(c)
	}
	done.Wait()
}

// ask sends a message and waits for its echo.
func ask(c net.Conn) {
	var message [echoMessage]byte
	if _, err := c.Write(message[:]); err != nil {
		fail(err)
	}
	if _, err := io.ReadFull(c, message[:]); err != nil {
		fail(err)
	}
}

func echo(c net.Conn, open *sync.WaitGroup) {
	defer open.Done()
	defer c.Close()
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			fail(err)
		}
	}
}

func tcpEcho(connections, messages int) {
	l, port := listenLocal()
	clients := part("tcp_echo_clients", port, connections, messages)
	if err := clients.Start(); err != nil {
		fail(err)
	}
	var open sync.WaitGroup
	start, cpu := time.Now(), cpuNs()
	for i := 0; i < connections; i++ {
		open.Add(1)
		go echo(accept(l), &open)
	}
	open.Wait()
	cpu = (cpuNs() - cpu) / float64(messages)
	report("ns", perOp(start, messages))
	report("cpu", cpu)
	if err := clients.Wait(); err != nil {
		fail(err)
	}
}
