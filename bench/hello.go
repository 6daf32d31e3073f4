// SPDX-License-Identifier: MIT
package main

import "runtime"

// The empty program: it does no more than have a runtime.
func main() {
	runtime.Gosched()
}
