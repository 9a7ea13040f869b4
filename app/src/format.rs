//! Numbers as people read them: with units, three significant digits, thousands separated.

use std::time::Duration;

/// Bytes in decimal units, as disks and file managers count: `52.1 MB`.
#[must_use]
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
    if n < 1000 {
        return format!("{n} B");
    }
    let mut value = n as f64;
    let mut unit = 0;
    // 999.5 would round up to a fourth digit.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{} {}", three_digits(value), UNITS[unit])
}

/// Three significant digits.
fn three_digits(value: f64) -> String {
    if value < 9.995 {
        format!("{value:.2}")
    } else if value < 99.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

/// A whole number with its thousands separated: `52,073`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 file`, `2,000 files`.
#[must_use]
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// Bytes a second: `612 MB/s`.
#[must_use]
pub fn rate(n: u64, time: Duration) -> String {
    format!("{}/s", bytes(per_second(n, time) as u64))
}

/// Bytes a second as a number; 0 for no time at all.
#[must_use]
pub fn per_second(n: u64, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 {
        n as f64 / seconds
    } else {
        0.0
    }
}

/// A length of time as people say it: `3.21 s`, `45 s`, `1:13`, `2:05:09`.
#[must_use]
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.0995 {
        milliseconds(time)
    } else if seconds < 9.995 {
        format!("{seconds:.2} s")
    } else if seconds < 59.5 {
        format!("{seconds:.0} s")
    } else {
        let whole = seconds.round() as u64;
        let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
        if hours > 0 {
            format!("{hours}:{minutes:02}:{seconds:02}")
        } else {
            format!("{minutes}:{seconds:02}")
        }
    }
}

/// A moment in a job, in minutes, seconds and milliseconds: `1:13.042`, `2:05:09.000`. For lists
/// of what happened when, where every digit has its place.
#[must_use]
pub fn moment(since_start: Duration) -> String {
    let seconds = since_start.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let ms = since_start.subsec_millis();
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}.{ms:03}")
    } else {
        format!("{minutes}:{seconds:02}.{ms:03}")
    }
}

/// A length of time that has not passed yet: whole seconds, no more precise than it is known.
#[must_use]
pub fn time_left(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 {
        "less than a second left".to_owned()
    } else if seconds < 59.5 {
        format!("{seconds:.0} s left")
    } else {
        format!("{} left", duration(time))
    }
}

/// Milliseconds with three significant digits, seconds from one second on: `1.4 ms`, `8.2 s`.
#[must_use]
pub fn milliseconds(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    if ms < 9.95 {
        format!("{ms:.1} ms")
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1000.0)
    }
}

/// Words as they begin a sentence.
#[must_use]
pub(crate) fn first_upper(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Words as they go on in a sentence.
#[must_use]
pub(crate) fn first_lower(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_units_and_three_digits() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1000), "1.00 KB");
        assert_eq!(bytes(999_499), "999 KB");
        assert_eq!(bytes(999_500), "1.00 MB");
        assert_eq!(bytes(140_400_000_000), "140 GB");
        assert_eq!(bytes(u64::MAX), "18.4 EB");
        assert_eq!(count(52_073), "52,073");
        assert_eq!(count(100), "100");
        assert_eq!(counted(1, "file", "files"), "1 file");
    }

    #[test]
    fn times_are_as_people_say_them() {
        assert_eq!(duration(Duration::from_millis(42)), "42 ms");
        assert_eq!(duration(Duration::from_secs(73)), "1:13");
        assert_eq!(duration(Duration::from_secs(7509)), "2:05:09");
        assert_eq!(moment(Duration::from_millis(73_042)), "1:13.042");
        assert_eq!(moment(Duration::from_secs(7509)), "2:05:09.000");
        assert_eq!(time_left(Duration::from_secs(45)), "45 s left");
        assert_eq!(milliseconds(Duration::from_micros(1400)), "1.4 ms");
    }
}
