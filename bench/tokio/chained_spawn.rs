// SPDX-License-Identifier: MIT
// As ../chained_spawn.c, which is tokio's own benchmark.
mod figures;

use tokio::sync::oneshot;

fn next(done: oneshot::Sender<()>, left: usize) {
    if left == 0 {
        done.send(()).unwrap();
    } else {
        tokio::spawn(async move { next(done, left - 1) });
    }
}

async fn chain(n: usize) {
    let (done, ended) = oneshot::channel();
    next(done, n);
    ended.await.unwrap();
}

fn main() {
    figures::timed(figures::arg(1), chain);
}
