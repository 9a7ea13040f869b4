//! Measuring: how fast the event loop answers, how busy the cores are. Each on a thread of its
//! own that rests when nobody needs it.

pub(crate) mod bottleneck;
pub(crate) mod cores;
pub(crate) mod frame_cap;
pub(crate) mod frames;
pub(crate) mod histogram;
pub(crate) mod pulse;
