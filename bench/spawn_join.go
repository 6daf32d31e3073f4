// SPDX-License-Identifier: MIT
package main

func init() {
	programs["spawn_join"] = func(args []int) { timed(args[0], spawnJoin) }
}

func spawnJoin(n int) {
	for i := 0; i < n; i++ {
		spawn(1)
	}
}
