// SPDX-License-Identifier: MIT
// As ../pingpong.c, with tasks and channels of one place, the smallest that tokio has.
mod figures;

use tokio::sync::mpsc;

async fn pong(mut pings: mpsc::Receiver<usize>, pongs: mpsc::Sender<usize>) {
    while let Some(v) = pings.recv().await {
        pongs.send(v).await.unwrap();
    }
}

async fn pingpong(n: usize) {
    let (pings, from_pings) = mpsc::channel(1);
    let (to_pongs, mut pongs) = mpsc::channel(1);
    tokio::spawn(pong(from_pings, to_pongs));
    for i in 0..n {
        pings.send(i).await.unwrap();
        pongs.recv().await.unwrap();
    }
}

fn main() {
    figures::timed(figures::arg(1), pingpong);
}
