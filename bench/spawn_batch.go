// SPDX-License-Identifier: MIT
package main

func init() {
	programs["spawn_batch"] = func(args []int) {
		batch := args[1]
		timed(args[0], func(n int) { spawnBatches(n, batch) })
	}
}

func spawnBatches(n, batch int) {
	for i := 0; i < n; i += batch {
		spawn(batch)
	}
}
