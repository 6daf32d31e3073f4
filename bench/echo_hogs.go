// SPDX-License-Identifier: MIT
package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

func init() {
	programs["echo_hogs"] = func(args []int) { echoHogs(args[0], args[1]) }
	programs["echo_hogs_client"] = func(args []int) { echoHogsClient(args[0], args[1]) }
}

func ask(c net.Conn) time.Duration {
	var message [echoMessage]byte
	start := time.Now()
	if _, err := c.Write(message[:]); err != nil {
		fail(err)
	}
	if _, err := io.ReadFull(c, message[:]); err != nil {
		fail(err)
	}
	return time.Since(start)
}

func echoHogsClient(port, ms int) {
	c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		fail(err)
	}
	defer c.Close()
	var samples []time.Duration
	end := time.Now().Add(time.Duration(ms) * time.Millisecond)
	for len(samples) < ms && time.Now().Before(end) {
		samples = append(samples, ask(c))
		time.Sleep(time.Millisecond)
	}
	reportTail(samples)
}

func echoHogs(ms, hogs int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	client := exec.Command(os.Args[0], "echo_hogs_client", strconv.Itoa(port), strconv.Itoa(ms))
	client.Stdout = os.Stdout
	client.Stderr = os.Stderr
	if err := client.Start(); err != nil {
		fail(err)
	}
	startHogs(hogs)
	c, err := l.Accept()
	if err != nil {
		fail(err)
	}
	var open sync.WaitGroup
	open.Add(1)
	echo(c, &open)
	if err := client.Wait(); err != nil {
		fail(err)
	}
}
