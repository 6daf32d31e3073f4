// SPDX-License-Identifier: MIT
// As ../yield.c, with tasks.
mod figures;

async fn yielder(n: usize) {
    for _ in 0..n {
        tokio::task::yield_now().await;
    }
}

async fn yield_all(n: usize, tasks: usize) {
    let all: Vec<_> = (0..tasks).map(|_| tokio::spawn(yielder(n / tasks))).collect();
    for task in all {
        task.await.unwrap();
    }
}

fn main() {
    let tasks = figures::arg(2);
    figures::timed(figures::arg(1), |n| yield_all(n, tasks));
}
