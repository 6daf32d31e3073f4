// SPDX-License-Identifier: MIT
// What the programs that speak over loopback share, as tcp.h is for the C files.
package main

import (
	"net"
	"os"
	"os/exec"
	"strconv"
)

func dialLocal(port int) net.Conn {
	c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		fail(err)
	}
	return c
}

func listenLocal() (net.Listener, int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	return l, l.Addr().(*net.TCPAddr).Port
}

func accept(l net.Listener) net.Conn {
	c, err := l.Accept()
	if err != nil {
		fail(err)
	}
	return c
}

// part is another program of this binary, which complains where this one does.
func part(program string, args ...int) *exec.Cmd {
	words := []string{program}
	for _, a := range args {
		words = append(words, strconv.Itoa(a))
	}
	c := exec.Command(os.Args[0], words...)
	c.Stderr = os.Stderr
	return c
}
