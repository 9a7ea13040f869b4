//! Files and folders that the desktop hands to the program while it runs.
//!
//! Linux and Windows start the program anew, with the paths as arguments. macOS has one process an
//! application: what is double-clicked, dropped on the icon in the Dock or named to `open -a` comes as
//! an event (`opened/delegate.rs`), before the first window and at any time after it. Paths are queued
//! here, and taken by `App::logic`.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crossbeam_channel::{Receiver, Sender, unbounded};

#[cfg_attr(target_os = "macos", path = "opened/delegate.rs")]
#[cfg_attr(not(target_os = "macos"), path = "opened/nothing.rs")]
mod system;

type Wake = Box<dyn Fn() + Send + Sync>;

/// What was handed over and nobody has taken yet. Clones are of one queue.
#[derive(Clone)]
pub(crate) struct Opened(Arc<Inner>);

struct Inner {
    // Unbounded: one message each time that somebody opens something, and AppKit cannot be told to wait.
    arriving: Sender<Vec<PathBuf>>,
    arrived: Receiver<Vec<PathBuf>>,
    wake: OnceLock<Wake>,
}

impl Default for Opened {
    fn default() -> Self {
        let (arriving, arrived) = unbounded();
        Self(Arc::new(Inner {
            arriving,
            arrived,
            wake: OnceLock::new(),
        }))
    }
}

impl Opened {
    /// Listens to the desktop. Between the event loop's making and its running, on its thread: before,
    /// there is nobody to listen with, and after, what the program was started with has gone by.
    pub(crate) fn listen() -> Self {
        let opened = Self::default();
        system::listen(&opened);
        opened
    }

    /// Whom to wake when something arrives. What arrived before is taken in the first frame.
    pub(crate) fn wakes(&self, wake: impl Fn() + Send + Sync + 'static) {
        // A second window of one process, which there is not, would change nothing.
        let _ = self.0.wake.set(Box::new(wake));
    }

    /// Never waits.
    #[cfg_attr(
        not(target_os = "macos"),
        allow(dead_code, reason = "paths are arguments there")
    )]
    pub(crate) fn hand_over(&self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        // The other end lives as long as this one.
        let _ = self.0.arriving.try_send(paths);
        if let Some(wake) = self.0.wake.get() {
            wake();
        }
    }

    /// All that has arrived, in its order. Never waits.
    pub(crate) fn take(&self) -> Vec<PathBuf> {
        self.0.arrived.try_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Opened;

    #[test]
    fn what_arrives_before_there_is_a_window_waits_for_it() {
        let opened = Opened::default();
        opened.hand_over(vec!["/b".into(), "/a".into()]);
        opened.hand_over(vec!["/c".into()]);
        let woken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&woken);
        opened.wakes(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let all: Vec<PathBuf> = vec!["/b".into(), "/a".into(), "/c".into()];
        assert_eq!(opened.take(), all);
        assert_eq!(opened.take(), Vec::<PathBuf>::new());
        assert_eq!(woken.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_arrives_later_wakes_the_window_once_it_can_be_taken() {
        let opened = Opened::default();
        let seen = Arc::new(AtomicUsize::new(0));
        let (count, queue) = (Arc::clone(&seen), opened.clone());
        opened.wakes(move || {
            count.fetch_add(queue.take().len(), Ordering::Relaxed);
        });
        opened.clone().hand_over(vec!["/a".into(), "/b".into()]);
        opened.hand_over(Vec::new());
        assert_eq!(seen.load(Ordering::Relaxed), 2);
    }
}
