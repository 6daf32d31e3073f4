// SPDX-License-Identifier: MIT
// The counterpart of ../figures.h: the arguments, the warm-up, the clock and the printing; and the runtime, which has as many
// threads as GOFER_MAXPROCS says, as many as there are processors unless it does. For one, tokio has a scheduler of its own.
use std::future::Future;
use std::time::Instant;
use tokio::runtime::{Builder, Runtime};

// The i-th argument, a number.
pub fn arg(i: usize) -> usize {
    let text = std::env::args().nth(i).expect("bench: an argument is missing");
    text.parse().expect("bench: an argument is no number")
}

fn runtime() -> Runtime {
    let procs = std::env::var("GOFER_MAXPROCS").ok().and_then(|n| n.parse().ok());
    let mut builder = match procs {
        Some(1) => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if let Some(n) = procs {
        builder.worker_threads(n);
    }
    builder.build().expect("bench: no runtime")
}

// Warms up with a tenth of the work, then times work(n), which does n operations. The work is a task, for what block_on
// runs itself is not on one of the scheduler's threads.
pub fn timed<W, F>(n: usize, work: W)
where
    W: Fn(usize) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    runtime().block_on(async {
        tokio::spawn(work(n / 10 + 1)).await.unwrap();
        let start = Instant::now();
        tokio::spawn(work(n)).await.unwrap();
        println!("ns {:.3}", start.elapsed().as_nanos() as f64 / n as f64);
    });
}
