// SPDX-License-Identifier: MIT
// As ../spawn_join.c, with tasks and their handles.
mod figures;

async fn spawn_join(n: usize) {
    for _ in 0..n {
        tokio::spawn(async {}).await.unwrap();
    }
}

fn main() {
    figures::timed(figures::arg(1), spawn_join);
}
