//! A tiny interpreter with one lock around it, for the experiments about such locks.

pub(super) mod lock;
pub(super) mod machine;
