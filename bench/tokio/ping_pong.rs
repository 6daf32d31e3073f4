// SPDX-License-Identifier: MIT
// As ../ping_pong.c, which is tokio's own benchmark, with oneshots.
mod figures;
mod countdown;

use countdown::Countdown;
use tokio::sync::oneshot;

async fn ask() {
    let (ping, pinged) = oneshot::channel();
    let (pong, ponged) = oneshot::channel();
    tokio::spawn(async move {
        pinged.await.unwrap();
        pong.send(()).unwrap();
    });
    ping.send(()).unwrap();
    ponged.await.unwrap();
}

async fn ask_all(n: usize, at_once: usize) {
    for done in (0..n).step_by(at_once) {
        let left = Countdown::new(at_once.min(n - done));
        for _ in 0..at_once.min(n - done) {
            let left = left.clone();
            tokio::spawn(async move {
                ask().await;
                left.done();
            });
        }
        left.wait().await;
    }
}

fn main() {
    let at_once = figures::arg(2);
    figures::timed(figures::arg(1), |n| ask_all(n, at_once));
}
