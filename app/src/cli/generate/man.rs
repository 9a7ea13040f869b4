//! The manual pages: `thawsum(1)` and one a subcommand, `thawsum-hash(1)`.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::super::sum;
use super::definition::NAME;

/// One page, with the name that `man` looks for.
pub(super) struct Page {
    pub(super) file: String,
    pub(super) text: Vec<u8>,
}

const EXIT_STATUS: &str = "0 all well; 1 something could not be read or does not match; 2 wrong \
                           usage; 130 interrupted.";

/// Every page of a command line.
pub(super) fn pages(definition: &Command) -> Vec<Page> {
    let mut definition = definition.clone().disable_help_subcommand(true);
    definition.build();
    let names: Vec<String> = definition
        .get_subcommands()
        .map(|subcommand| format!("{NAME}-{}", subcommand.get_name()))
        .collect();
    let mut pages = vec![page(&definition, NAME, &names)];
    for (subcommand, name) in definition.get_subcommands().zip(&names) {
        pages.push(page(subcommand, name, &[NAME.to_owned()]));
    }
    pages
}

fn page(command: &Command, name: &str, see_also: &[String]) -> Page {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
    // The synopsis of the generator has one `[PATH]` where many can be, and no second form for
    // subcommands.
    let man = Man::new(command.clone().override_usage(usage));
    // Written by hand: the generator leaves an empty argument out, and the date is none, so that
    // the same program makes the same page on every day.
    let mut text = format!(
        ".TH {} 1 \"\" \"Thawsum {}\" \"User Commands\"\n",
        name.to_uppercase(),
        env!("CARGO_PKG_VERSION")
    )
    .into_bytes();
    // A vector takes everything.
    let _ = sections(&man, command, see_also, &mut text);
    Page {
        file: format!("{name}.1"),
        text,
    }
}

/// The generator's own order has what follows the help under "EXTRA"; a manual has names for that.
fn sections(
    man: &Man,
    command: &Command,
    see_also: &[String],
    text: &mut Vec<u8>,
) -> std::io::Result<()> {
    man.render_name_section(text)?;
    man.render_synopsis_section(text)?;
    man.render_description_section(text)?;
    man.render_options_section(text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(text)?;
    }
    let mut rest = Roff::default();
    if let Some(notes) = command.get_after_help() {
        rest.control("SH", ["NOTES"]);
        for (number, line) in notes.to_string().lines().enumerate() {
            if number > 0 {
                rest.control("br", []);
            }
            rest.text([roman(line)]);
        }
    }
    rest.control("SH", ["EXIT STATUS"]);
    rest.text([roman(match command.get_name() {
        sum::NAME => sum::EXIT_STATUS,
        _ => EXIT_STATUS,
    })]);
    rest.control("SH", ["SEE ALSO"]);
    let mut pages = Vec::new();
    for (number, page) in see_also.iter().enumerate() {
        if number > 0 {
            pages.push(roman(", "));
        }
        pages.extend([bold(page), roman("(1)")]);
    }
    rest.text(pages);
    rest.to_writer(text)
}
