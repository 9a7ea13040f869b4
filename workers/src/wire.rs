//! How bytes pass between a program and its workers: in length-prefixed frames.

pub(crate) mod frame;
