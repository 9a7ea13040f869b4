//! A worker's place, and who is in it.

use std::sync::Arc;

use crate::event::{Cause, WorkerFigures};
use crate::job::in_hand::FilesInHand;
use crate::progress::Lane;

/// One worker's place, as others see it.
pub(super) struct Place {
    pub(super) lane: Arc<Lane>,
    pub(super) figures: WorkerFigures,
    /// Workers that were ready here.
    pub(super) came: u32,
    pub(super) given_up: bool,
    /// The worker that is here, as far as is known.
    pub(super) here: Option<Here>,
    /// The latest order that the worker here be ended.
    pub(super) doom: Option<Doom>,
}

/// A worker in its place.
#[derive(Clone, Copy)]
pub(super) struct Here {
    pub(super) pid: Option<u32>,
}

/// Why a worker is to end, and the files that were given up for it.
pub(super) struct Doom {
    pub(super) cause: Cause,
    pub(super) files: FilesInHand,
}

impl Doom {
    pub(super) fn new(cause: Cause) -> Self {
        Self {
            cause,
            files: FilesInHand::default(),
        }
    }
}

impl Place {
    pub(super) fn new(lane: Arc<Lane>) -> Self {
        Self {
            lane,
            figures: WorkerFigures::default(),
            came: 0,
            given_up: false,
            here: None,
            doom: None,
        }
    }
}
