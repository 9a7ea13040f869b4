//! The definition of the command line as users should see it.

use clap::builder::Resettable;
use clap::{Arg, Command, CommandFactory as _};

use super::super::{Arguments, sum};

/// The name of the executable.
pub(super) const NAME: &str = env!("CARGO_PKG_NAME");

/// The command line without what is hidden, which completions would offer all the same, and with
/// the options of `sum`, which clap does not parse.
pub(super) fn visible() -> Command {
    seen(&Arguments::command(), &|argument| !argument.is_hide_set())
}

/// The same without what the command takes that is no option; its subcommands keep theirs.
pub(super) fn without_operands(command: &Command) -> Command {
    let options = seen(command, &|argument| !argument.is_positional())
        // What needs an operand would need one that is not there, which clap asserts against.
        .mut_args(|argument| argument.requires(Resettable::Reset));
    command
        .get_subcommands()
        .fold(options, |options, subcommand| {
            options.mut_subcommand(subcommand.get_name(), |_| subcommand.clone())
        })
}

/// The command with those of its arguments that are wanted, and its subcommands that are not
/// hidden. clap has no way to take something away, so it is put together again.
fn seen(command: &Command, wanted: &dyn Fn(&Arg) -> bool) -> Command {
    let mut made = match command.get_name() {
        sum::NAME => sum::definition(),
        name => Command::new(name.to_owned())
            .args(command.get_arguments().filter(|one| wanted(one)).cloned()),
    };
    made = made
        .args_conflicts_with_subcommands(command.is_args_conflicts_with_subcommands_set())
        .subcommands(
            command
                .get_subcommands()
                .filter(|subcommand| !subcommand.is_hide_set())
                .map(|subcommand| seen(subcommand, wanted)),
        );
    if let Some(version) = command.get_version() {
        made = made.version(version.to_owned());
    }
    if let Some(about) = command.get_about() {
        made = made.about(about.clone());
    }
    if let Some(after) = command.get_after_help() {
        made = made.after_help(after.clone());
    }
    made
}
