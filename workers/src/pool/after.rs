//! The thread that runs callbacks. Not the dispatcher: somebody's callback may take its time,
//! wait for room in the queue, or panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Sender, unbounded};

type Callback = Box<dyn FnOnce() + Send>;

/// Ends when its last handle is gone and every callback has run.
#[derive(Clone)]
pub(crate) struct After(Sender<Callback>);

impl After {
    pub(crate) fn start(name: &str) -> std::io::Result<Self> {
        let (callbacks, inbox) = unbounded::<Callback>();
        std::thread::Builder::new()
            .name(format!("{name} callbacks"))
            .spawn(move || {
                for callback in inbox {
                    // The panic hook has said what there is to say.
                    let _ = catch_unwind(AssertUnwindSafe(callback));
                }
            })?;
        Ok(Self(callbacks))
    }

    pub(crate) fn run(&self, callback: Callback) {
        // The thread lives as long as this end does.
        let _ = self.0.send(callback);
    }
}
