//! Which of the processor's instructions digests are calculated with: whichever is fastest for the
//! function and for how many files there are, found out by trying, among those that may be used.

use std::sync::OnceLock;

pub use lanes::{Choice, Function, Instructions, Rate, available};

use crate::algorithm::Algorithm;

static ALLOWED: OnceLock<Vec<Instructions>> = OnceLock::new();
/// In the order of [`Function::ALL`].
static CHOICES: [OnceLock<Choice>; Function::ALL.len()] =
    [const { OnceLock::new() }; Function::ALL.len()];

/// Has this program use these alone, where the processor has them and the function can be calculated with
/// them. To be called before the first job; later it is too late and nothing happens.
pub fn allow(only: &[Instructions]) {
    // Whoever was first has been believed by then.
    let _ = ALLOWED.set(only.to_vec());
}

/// What is used for every function. Tries each for a millisecond the first time.
#[must_use]
pub fn choices() -> Vec<&'static Choice> {
    choices_for(Algorithm::ALL)
}

/// What is used for these algorithms: what a job does not need is not waited for.
pub(crate) fn choices_for(algorithms: &[Algorithm]) -> Vec<&'static Choice> {
    let is_asked = |function: &Function| {
        let functions = algorithms.iter().filter_map(|one| one.in_lanes());
        functions
            .map(lanes::Digest::function)
            .any(|one| one == *function)
    };
    let all = CHOICES.iter().zip(Function::ALL);
    all.filter(|(_, function)| is_asked(function))
        .map(|(choice, function)| {
            choice.get_or_init(|| {
                let allowed = ALLOWED.get().map_or(&Instructions::ALL[..], Vec::as_slice);
                Choice::among(function, allowed)
            })
        })
        .collect()
}

/// As [`choices`], if all of it has been found out already: for a thread that must not wait.
#[must_use]
pub fn known() -> Option<Vec<&'static Choice>> {
    CHOICES.iter().map(OnceLock::get).collect()
}

/// What is used for the algorithm; `None` for one whose messages are hashed one by one.
#[must_use]
pub fn used_for(algorithm: Algorithm, choices: &[Choice]) -> Option<&Choice> {
    let function = algorithm.in_lanes()?.function();
    choices.iter().find(|choice| choice.function == function)
}
