//! Whether time tells which sign-in names are known: wrong passwords for known and for unknown names by turns, on one connection, and what
//! a two-sample test makes of their times (row 130 of the list of attacks).

use std::time::Instant;

use crate::{
    Wrong, flow,
    house::{PEOPLE, login},
    load::median,
    report::{Figure, Goal},
    wire::Connection,
};

/// Tries of each kind: fewer for each account than its day allows.
const TRIES: usize = 60 * PEOPLE;

/// The two figures: how far the middles lie apart, and how sure one can be that they do.
pub(crate) async fn known_names(
    connection: &mut Connection,
    (engine, quick): (&'static str, bool),
) -> Result<[Figure; 2], Wrong> {
    let form = flow::SignInForm::open(connection).await?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let tries = if quick { TRIES / 8 } else { TRIES };
    for number in 0..tries {
        // By turns, so that what else happens on the machine meets both; the order changes, so that neither is always first.
        let first = (number / 2) % 2 == 0;
        for is_known in [first, !first] {
            let name = if is_known { login(number % PEOPLE) } else { format!("nobody-{:06}", number % PEOPLE) };
            let began = Instant::now();
            form.guess(connection, &name).await?;
            let took = began.elapsed().as_secs_f64() * 1e3;
            if is_known { known.push(took) } else { unknown.push(took) }
        }
    }
    let middles = (median(known.iter().copied()), median(unknown.iter().copied()));
    let apart = (middles.0 - middles.1).abs();
    let sure = mann_whitney(&known, &unknown).abs();
    let note = format!("{tries} wrong passwords each; known {:.2} ms, unknown {:.2} ms", middles.0, middles.1);
    Ok([
        Figure::new(engine, "known names, middles apart", (apart, "ms")).goal(Goal::AtMost(5.0)).note(note),
        Figure::new(engine, "known names, Mann-Whitney |z|", (sure, ""))
            .goal(Goal::AtMost(2.58))
            .note("2.58: one in a hundred by chance"),
    ])
}

/// The standard score of the rank sum of the first sample (Mann and Whitney 1947), without ties: times hardly ever are equal.
fn mann_whitney(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> =
        first.iter().map(|time| (*time, true)).chain(second.iter().map(|time| (*time, false))).collect();
    all.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let ranks: f64 =
        all.iter().enumerate().filter(|(_, (_, is_first))| *is_first).map(|(rank, _)| rank as f64 + 1.0).sum();
    let (m, n) = (first.len() as f64, second.len() as f64);
    let u = ranks - m * (m + 1.0) / 2.0;
    (u - m * n / 2.0) / (m * n * (m + n + 1.0) / 12.0).sqrt()
}
