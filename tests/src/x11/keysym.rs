//! The names of keys: from "ctrl+period" or a character to the keysyms of X11.
//!
//! Pure; which key of the keyboard bears a keysym is for `input.rs` to find out.

use super::error::{Error, Result};

pub(crate) const SHIFT: u32 = 0xffe1;

/// Names as in X11's keysymdef.h without `XK_`, and what people write instead.
const NAMES: &[(&str, u32)] = &[
    ("shift", SHIFT),
    ("ctrl", 0xffe3),
    ("control", 0xffe3),
    ("alt", 0xffe9),
    ("super", 0xffeb),
    ("BackSpace", 0xff08),
    ("Tab", 0xff09),
    ("Return", 0xff0d),
    ("Enter", 0xff0d),
    ("Escape", 0xff1b),
    ("Esc", 0xff1b),
    ("Delete", 0xffff),
    ("Insert", 0xff63),
    ("Home", 0xff50),
    ("Left", 0xff51),
    ("Up", 0xff52),
    ("Right", 0xff53),
    ("Down", 0xff54),
    ("Page_Up", 0xff55),
    ("PageUp", 0xff55),
    ("Page_Down", 0xff56),
    ("PageDown", 0xff56),
    ("End", 0xff57),
    ("Menu", 0xff67),
    ("space", ' ' as u32),
    ("exclam", '!' as u32),
    ("quotedbl", '"' as u32),
    ("numbersign", '#' as u32),
    ("dollar", '$' as u32),
    ("percent", '%' as u32),
    ("ampersand", '&' as u32),
    ("apostrophe", '\'' as u32),
    ("parenleft", '(' as u32),
    ("parenright", ')' as u32),
    ("asterisk", '*' as u32),
    ("plus", '+' as u32),
    ("comma", ',' as u32),
    ("minus", '-' as u32),
    ("period", '.' as u32),
    ("slash", '/' as u32),
    ("colon", ':' as u32),
    ("semicolon", ';' as u32),
    ("less", '<' as u32),
    ("equal", '=' as u32),
    ("greater", '>' as u32),
    ("question", '?' as u32),
    ("at", '@' as u32),
    ("bracketleft", '[' as u32),
    ("backslash", '\\' as u32),
    ("bracketright", ']' as u32),
    ("asciicircum", '^' as u32),
    ("underscore", '_' as u32),
    ("grave", '`' as u32),
    ("braceleft", '{' as u32),
    ("bar", '|' as u32),
    ("braceright", '}' as u32),
    ("asciitilde", '~' as u32),
];

/// The keys of a chord in the order in which they go down, as in "ctrl+shift+Tab" or "F5".
pub(crate) fn chord(chord: &str) -> Result<Vec<u32>> {
    chord
        .split('+')
        .map(|name| named(name).ok_or_else(|| unknown(chord, name)))
        .collect()
}

/// The keys that write an ASCII text, one for each character.
pub(crate) fn text(text: &str) -> Result<Vec<u32>> {
    text.chars()
        .map(|char| of_char(char).ok_or_else(|| unknown(text, &char.to_string())))
        .collect()
}

pub(crate) fn unknown(input: &str, key: &str) -> Error {
    Error::UnknownKey {
        input: input.to_owned(),
        key: key.to_owned(),
    }
}

fn named(name: &str) -> Option<u32> {
    let mut chars = name.chars();
    if let (Some(char), None) = (chars.next(), chars.next()) {
        return of_char(char);
    }
    if let Some(number) = name.strip_prefix(['f', 'F'])
        && let Ok(number @ 1..=12) = number.parse::<u32>()
    {
        return Some(0xffbd + number);
    }
    NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|&(_, keysym)| keysym)
}

fn of_char(char: char) -> Option<u32> {
    match char {
        '\n' => named("Return"),
        '\t' => named("Tab"),
        // The keysyms of the printable ASCII characters are their codes.
        ' '..='~' => Some(char.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, chord, text};

    #[test]
    fn a_chord_is_read_from_left_to_right() {
        assert_eq!(chord("ctrl+period").expect("valid"), [0xffe3, 0x2e]);
        assert_eq!(
            chord("Ctrl+Shift+tab").expect("valid"),
            [0xffe3, 0xffe1, 0xff09]
        );
        assert_eq!(chord("F12").expect("valid"), [0xffc9]);
        assert_eq!(chord("f").expect("valid"), [0x66]);
    }

    #[test]
    fn letters_keep_their_case_and_names_do_not_need_theirs() {
        assert_eq!(chord("A").expect("valid"), [0x41]);
        assert_eq!(
            chord("PAGE_up").expect("valid"),
            chord("PageUp").expect("valid")
        );
    }

    #[test]
    fn an_unknown_key_is_named_in_the_error() {
        let error = chord("ctrl+perod").expect_err("there is no such key");
        assert_eq!(error.to_string(), r#"no key for "perod" in "ctrl+perod""#);
        assert!(chord("").is_err());
        assert!(chord("ctrl++").is_err(), "the key is called plus");
        assert!(chord("F13").is_err());
        assert!(text("größe").is_err());
    }

    #[test]
    fn every_ascii_character_that_prints_has_one_name() {
        let named: String = NAMES
            .iter()
            .filter_map(|&(_, keysym)| char::from_u32(keysym).filter(char::is_ascii))
            .collect();
        let expected: String = (' '..='~').filter(|char| !char.is_alphanumeric()).collect();
        assert_eq!(named, expected);
    }
}
