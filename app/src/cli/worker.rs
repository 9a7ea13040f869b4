//! `thawsum worker`, given by hand. As the role of a child process it never comes this far.

use std::process::ExitCode;

use super::status;

pub(super) fn run() -> ExitCode {
    eprintln!(
        "thawsum: 'worker' is the role of the processes that 'thawsum hash' and the window start \
         for themselves; it is of no use by hand"
    );
    ExitCode::from(status::USAGE)
}
