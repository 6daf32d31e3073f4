// SPDX-License-Identifier: MIT
package main

import (
	"os"
	"sync"
	"time"
)

func init() {
	programs["echo_hogs"] = func(args []int) { echoHogs(args[0], args[1]) }
	programs["echo_hogs_client"] = func(args []int) { echoHogsClient(args[0], args[1]) }
}

func echoHogsClient(port, ms int) {
	c := dialLocal(port)
	defer c.Close()
	var samples []time.Duration
	end := time.Now().Add(time.Duration(ms) * time.Millisecond)
	for len(samples) < ms && time.Now().Before(end) {
		start := time.Now()
		ask(c)
		samples = append(samples, time.Since(start))
		time.Sleep(time.Millisecond)
	}
	reportTail(samples)
}

func echoHogs(ms, hogs int) {
	l, port := listenLocal()
	client := part("echo_hogs_client", port, ms)
	client.Stdout = os.Stdout
	if err := client.Start(); err != nil {
		fail(err)
	}
	startHogs(hogs)
	var open sync.WaitGroup
	open.Add(1)
	echo(accept(l), &open)
	if err := client.Wait(); err != nil {
		fail(err)
	}
}
