//! Where tasks are worked on, one after the other: the same for a thread of a pool and for a
//! worker process.

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;
use std::time::Duration;

use super::death::{Death, Panic, When};
use super::desk::Paper;
use super::task::{Context, Failure, Outlet, Work};

/// Progress is told no more often than this: only the latest counts.
pub(crate) const PROGRESS_EVERY: Duration = Duration::from_millis(20);

thread_local! {
    /// The last panic of a task on this thread, kept by the hook for whoever catches it.
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
    static AT_WORK: RefCell<bool> = const { RefCell::new(false) };
}

/// Makes panics of tasks tell their place and backtrace, which are gone once one is caught. The
/// program's own hook is still called for all others.
pub(crate) fn watch_panics() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if AT_WORK.with_borrow(|at_work| *at_work) {
                LAST.set(Some(told(info)));
            } else {
                before(info);
            }
        }));
    });
}

fn told(info: &PanicHookInfo<'_>) -> Panic {
    let message = info.payload_as_str().unwrap_or("no message");
    Panic {
        message: message.to_owned(),
        place: info
            .location()
            .map_or_else(|| "an unknown place".to_owned(), ToString::to_string),
        backtrace: Backtrace::force_capture().to_string(),
    }
}

/// Does one task and says how it ended. `begin` gives the request, and is not called if the task
/// was `stopped` before.
pub(crate) fn work<T: Work>(
    state: &mut T::State,
    (task, stopped): (u64, bool),
    paper: &Paper,
    outlet: &dyn Outlet<T>,
    begin: impl FnOnce() -> Result<T, Death>,
) -> Result<T::Output, Death> {
    if stopped {
        return Err(Death::Cancelled(When::Queued));
    }
    let context = Context {
        task,
        paper,
        outlet,
    };
    begin().and_then(|request| caught(|| request.work(state, &context)))
}

/// Runs a part of a task's code; its panics and failures get their names.
pub(crate) fn caught<R>(code: impl FnOnce() -> Result<R, Failure>) -> Result<R, Death> {
    AT_WORK.set(true);
    let ended = panic::catch_unwind(AssertUnwindSafe(code));
    AT_WORK.set(false);
    match ended {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(failure)) if failure.is_stop() => Err(Death::Cancelled(When::Running)),
        Ok(Err(failure)) => Err(Death::Failed(failure)),
        Err(payload) => {
            // Dropping what somebody threw may throw again.
            std::mem::forget(payload);
            Err(Death::Panicked(LAST.take().unwrap_or_else(|| Panic {
                message: "no message".to_owned(),
                place: "an unknown place".to_owned(),
                backtrace: String::new(),
            })))
        }
    }
}

/// A set-up that did not come to its end, as the reason that others are given.
pub(crate) fn why(death: Death) -> Failure {
    match death {
        Death::Failed(failure) => failure,
        Death::Panicked(panic) => Failure::at(panic.message, panic.place),
        other => Failure::new(other.to_string()),
    }
}
