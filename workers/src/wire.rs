//! What passes between the window's process and a worker: typed messages in length-prefixed
//! frames.

pub(crate) mod frame;
pub(crate) mod message;
