//! Which of the files below a folder count: options that every subcommand has that walks.

use clap::Args;
use workers::{BadPattern, Selection};

#[derive(Debug, Args)]
pub(super) struct Select {
    /// Only files that fit PATTERN, or lie in a folder that does; as in .gitignore: without a slash
    /// it is about names, with one about paths below the folder
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,

    /// Without files and folders that fit PATTERN
    #[arg(long, value_name = "PATTERN")]
    without: Vec<String>,

    /// Without hidden files and folders
    #[arg(long)]
    no_hidden: bool,

    /// Without .DS_Store, Thumbs.db and other things that systems leave behind
    #[arg(long)]
    no_junk: bool,

    /// Not into other file systems that are mounted below
    #[arg(long)]
    one_file_system: bool,

    /// Only files of this size and more: bytes, or with K, M, G, T for powers of 1000
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    smallest: Option<u64>,

    /// Only files of this size and less
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    largest: Option<u64>,
}

impl Select {
    pub(super) fn selection(&self) -> Result<Selection, BadPattern> {
        let mut selection = Selection::default();
        selection.hidden = !self.no_hidden;
        selection.junk = !self.no_junk;
        selection.other_file_systems = !self.one_file_system;
        selection.smallest = self.smallest.unwrap_or(0);
        selection.largest = self.largest.unwrap_or(u64::MAX);
        for pattern in &self.only {
            selection.only(pattern)?;
        }
        for pattern in &self.without {
            selection.leave_out(pattern)?;
        }
        Ok(selection)
    }
}

/// As people write sizes: `500`, `64K`, `1.5G`, `4 MB`.
fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("'{text}' is no size; 500, 64K, 1.5G are");
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_suffix('B').unwrap_or(&text).trim_end();
    let (number, power) = match text.chars().last() {
        Some('K') => (&text[..text.len() - 1], 1),
        Some('M') => (&text[..text.len() - 1], 2),
        Some('G') => (&text[..text.len() - 1], 3),
        Some('T') => (&text[..text.len() - 1], 4),
        _ => (text, 0),
    };
    let number = number.trim_end();
    let factor = 1000u64.pow(power);
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(factor).ok_or_else(wrong);
    }
    match number.parse::<f64>() {
        Ok(part) if power > 0 && (0.0..1e9).contains(&part) => Ok((part * factor as f64) as u64),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("0", 0),
            ("500", 500),
            ("64K", 64_000),
            ("64 kb", 64_000),
            ("1.5G", 1_500_000_000),
            ("2T", 2_000_000_000_000),
        ] {
            assert_eq!(parse_size(text), Ok(bytes));
        }
        for text in ["", "K", "-1", "1.5", "much", "99999999999T", "1e400G"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
