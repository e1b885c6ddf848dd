//! Progress of long work, at a terminal only: a log file or a program sees nothing of it.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::say::Say;

/// A bar of `length` steps with a few words before it. Invisible where nobody looks.
pub(super) fn bar(say: Say, words_key: &str, length: u64) -> ProgressBar {
    let seen = !say.json && stderr().is_terminal();
    let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(length), target).with_style(style);
    bar.set_message(say.text(words_key));
    bar
}
