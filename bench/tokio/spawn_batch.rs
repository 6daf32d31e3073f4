// SPDX-License-Identifier: MIT
// As ../spawn_batch.c, with tasks.
mod figures;
mod countdown;

async fn spawn_batches(n: usize, batch: usize) {
    for _ in (0..n).step_by(batch) {
        countdown::spawn(batch).await;
    }
}

fn main() {
    let batch = figures::arg(2);
    figures::timed(figures::arg(1), |n| spawn_batches(n, batch));
}
