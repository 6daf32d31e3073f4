// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"
)

func init() {
	programs["http_idle"] = func(args []int) {
		if len(args) > 2 {
			idleClient(args[0], args[2])
		} else {
			httpIdle(args[0], args[1])
		}
	}
}

func idleClient(n, port int) {
	conns := make([]net.Conn, n)
	answer := make([]byte, 1000)
	for i := range conns {
		c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			fail(err)
		}
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		if _, err := c.Read(answer); err != nil {
			fail(err)
		}
		conns[i] = c
	}
	fmt.Print("x")
	conns[n-1].Read(answer)
}

func httpIdle(n, seconds int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "Hello, World!\n")
	})
	go http.Serve(l, mux)
	before := residentBytes()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	client := exec.Command(os.Args[0], "http_idle", strconv.Itoa(n), "0", port)
	out, err := client.StdoutPipe()
	if err != nil {
		fail(err)
	}
	if err := client.Start(); err != nil {
		fail(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		fail(err)
	}
	time.Sleep(time.Duration(seconds) * time.Second)
	report("memory", (residentBytes()-before)/float64(n))
}
