// SPDX-License-Identifier: MIT
// As ../spawn.c, with tasks.
mod figures;
mod countdown;

fn main() {
    figures::timed(figures::arg(1), countdown::spawn);
}
