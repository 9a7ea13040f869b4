//! Which of the processor's instructions digests are calculated with: whichever is fastest for the
//! function and for how many files there are, found out by trying, among those that may be used.

use std::sync::OnceLock;

pub use lanes::{Choice, Function, Instructions, Rate, available};

use crate::algorithm::Algorithm;

static ALLOWED: OnceLock<Vec<Instructions>> = OnceLock::new();
static CHOICES: OnceLock<Vec<Choice>> = OnceLock::new();

/// Has this program use these alone, where the processor has them and the function can be calculated with
/// them. To be called before the first job; later it is too late and nothing happens.
pub fn allow(only: &[Instructions]) {
    // Whoever was first has been believed by then.
    let _ = ALLOWED.set(only.to_vec());
}

/// What is used for each function. Tries for some milliseconds the first time.
pub fn choices() -> &'static [Choice] {
    CHOICES.get_or_init(|| {
        let allowed = ALLOWED.get().map_or(&Instructions::ALL[..], Vec::as_slice);
        Function::ALL
            .map(|function| Choice::among(function, allowed))
            .into()
    })
}

/// As [`choices`], if it has been found out already: for a thread that must not wait.
#[must_use]
pub fn known() -> Option<&'static [Choice]> {
    CHOICES.get().map(Vec::as_slice)
}

/// What is used for the algorithm; `None` for one whose messages are hashed one by one.
#[must_use]
pub fn used_for(algorithm: Algorithm, choices: &[Choice]) -> Option<&Choice> {
    let function = algorithm.in_lanes()?.function();
    choices.iter().find(|choice| choice.function == function)
}
