// SPDX-License-Identifier: MIT
// Waits for so many tasks, by a count and one wake-up, as tokio's own benchmarks do.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use tokio::sync::Notify;

#[derive(Clone)]
pub struct Countdown(Arc<(AtomicUsize, Notify)>);

impl Countdown {
    pub fn new(n: usize) -> Self {
        Countdown(Arc::new((AtomicUsize::new(n), Notify::new())))
    }

    pub fn done(&self) {
        if self.0 .0.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0 .1.notify_one();
        }
    }

    pub async fn wait(&self) {
        self.0 .1.notified().await;
    }
}

// Starts n tasks that do nothing, and waits for them.
#[allow(dead_code)] // not every program that waits starts these
pub async fn spawn(n: usize) {
    let left = Countdown::new(n);
    for _ in 0..n {
        let left = left.clone();
        tokio::spawn(async move { left.done() });
    }
    left.wait().await;
}
