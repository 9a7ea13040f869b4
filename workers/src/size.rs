//! A file's size as people type it and as it is said back to them.

use std::fmt;
use std::str::FromStr;

/// A number of bytes, read from `500`, `64K`, `1.5 GB` or `4 GiB` in either letter case. `K`, `M`
/// and so on are powers of 1000 as disks and file managers count, `Ki`, `Mi` and so on powers of
/// 1024; a `B` after them changes nothing.
///
/// Shown, it is exact, and reads as the same number.
///
/// ```
/// use workers::Size;
///
/// assert_eq!("1.5 gb".parse(), Ok(Size(1_500_000_000)));
/// assert_eq!("4GiB".parse(), Ok(Size(4 << 30)));
/// assert_eq!(Size(4 << 30).to_string(), "4 GiB");
/// assert!("10 XB".parse::<Size>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(
    /// Bytes.
    pub u64,
);

/// Why a text is no size, with what would be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSize {
    /// No number, or an unknown unit.
    #[error("'{0}' is no size; 500, 10 MB and 4 GiB are")]
    NotASize(String),
    /// A part of a byte.
    #[error("'{0}' is no whole number of bytes; 2 and 1.5 KB are")]
    PartOfAByte(String),
    /// More than 64 bits.
    #[error("'{0}' is larger than any file; 16 EB is about the most")]
    TooLarge(String),
}

/// Powers of 1000 and of 1024, from the first on.
const LETTERS: [char; 6] = ['K', 'M', 'G', 'T', 'P', 'E'];

impl FromStr for Size {
    type Err = BadSize;

    fn from_str(text: &str) -> Result<Self, BadSize> {
        let not_a_size = || BadSize::NotASize(text.to_owned());
        let typed = text.trim().to_ascii_uppercase();
        let digits = typed
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(typed.len());
        let (number, unit) = typed.split_at(digits);
        let factor = factor(unit.trim_start()).ok_or_else(not_a_size)?;
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let is_number =
            |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        if !is_number(whole) || !is_number(part) {
            return Err(not_a_size());
        }
        if factor == 1 && number.contains('.') {
            return Err(BadSize::PartOfAByte(text.to_owned()));
        }
        let too_large = || BadSize::TooLarge(text.to_owned());
        let whole: u128 = whole.parse().map_err(|_| too_large())?;
        // Of finer parts than these no byte is left.
        let part = &part[..part.len().min(18)];
        let scale = 10u128.pow(part.len() as u32);
        let part: u128 = part.parse().map_err(|_| not_a_size())?;
        whole
            .checked_mul(u128::from(factor))
            .map(|bytes| bytes + part * u128::from(factor) / scale)
            .and_then(|bytes| u64::try_from(bytes).ok())
            .map(Self)
            .ok_or_else(too_large)
    }
}

/// What a unit stands for, bytes.
fn factor(unit: &str) -> Option<u64> {
    if matches!(unit, "" | "B" | "BYTE" | "BYTES") {
        return Some(1);
    }
    let unit = unit.strip_suffix('B').unwrap_or(unit);
    let (letter, base) = match unit.strip_suffix('I') {
        Some(letter) => (letter, 1024u64),
        None => (unit, 1000),
    };
    let power = LETTERS
        .iter()
        .position(|known| letter == known.encode_utf8(&mut [0; 4]))?;
    Some(base.pow(power as u32 + 1))
}

/// In the largest unit that needs no more than three decimals, and in bytes where none is exact.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = u128::from(self.0);
        let largest = |base: u128| {
            (1..=LETTERS.len())
                .rev()
                .map(|power| (power, base.pow(power as u32)))
                .find(|&(_, unit)| bytes >= unit)
        };
        if let Some((power, unit)) = largest(1000)
            && (bytes * 1000).is_multiple_of(unit)
        {
            let thousandths = bytes * 1000 / unit;
            let decimals = format!("{:03}", thousandths % 1000);
            let decimals = decimals.trim_end_matches('0');
            let point = if decimals.is_empty() { "" } else { "." };
            let letter = LETTERS[power - 1];
            return write!(f, "{}{point}{decimals} {letter}B", thousandths / 1000);
        }
        if let Some((power, unit)) = largest(1024)
            && bytes.is_multiple_of(unit)
        {
            return write!(f, "{} {}iB", bytes / unit, LETTERS[power - 1]);
        }
        match bytes {
            1 => f.write_str("1 byte"),
            _ => write!(f, "{bytes} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<u64, BadSize> {
        text.parse().map(|Size(bytes)| bytes)
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("0", 0),
            ("500", 500),
            (" 500 bytes ", 500),
            ("1 B", 1),
            ("64K", 64_000),
            ("64 kb", 64_000),
            ("64 KiB", 65_536),
            ("1.5G", 1_500_000_000),
            ("0.5 mib", 524_288),
            ("1.0000000000000000000001 KB", 1000),
            ("4Gi", 1 << 32),
            ("2T", 2_000_000_000_000),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(read(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_says_so_with_what_was_typed() {
        for text in [
            "", "K", "-1", "much", "1,5 GB", "10 XB", "1e400G", ".5 MB", "1.", "i",
        ] {
            assert_eq!(read(text), Err(BadSize::NotASize(text.to_owned())));
        }
        for text in ["1.5", "1.5 B"] {
            assert_eq!(read(text), Err(BadSize::PartOfAByte(text.to_owned())));
        }
        let many = "9".repeat(100);
        for text in ["99999999999T", "17 EiB", &many] {
            assert_eq!(read(text), Err(BadSize::TooLarge(text.to_owned())));
        }
    }

    #[test]
    fn a_size_that_is_shown_reads_as_the_same() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1 KB"),
            (1024, "1.024 KB"),
            (10_000_000, "10 MB"),
            (1_500_000_000, "1.5 GB"),
            (1 << 32, "4 GiB"),
            (1_234_567, "1234567 bytes"),
            (u64::MAX, "18446744073709551615 bytes"),
        ] {
            assert_eq!(Size(bytes).to_string(), text);
            assert_eq!(read(text), Ok(bytes));
        }
    }
}
