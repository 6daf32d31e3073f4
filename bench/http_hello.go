// SPDX-License-Identifier: MIT
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
)

func init() {
	programs["http_hello"] = func(args []int) { httpHello() }
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fail(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// runLoad is the counterpart of http_load.h.
func runLoad(address string) (requests, perSecond float64) {
	wrk := exec.Command("wrk", "-t1", "-c64", "-d1s", "http://"+address+"/")
	out, err := wrk.Output()
	if err != nil {
		fail(err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		fmt.Sscanf(line, "%f requests in", &requests)
		fmt.Sscanf(line, "Requests/sec: %f", &perSecond)
	}
	return requests, perSecond
}

func httpHello() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "Hello, World!\n")
	})
	go http.Serve(l, mux)
	before := cpuSeconds()
	requests, perSecond := runLoad(l.Addr().String())
	report("ns", 1e9/perSecond)
	report("cpu", 1e9*(cpuSeconds()-before)/requests)
}
