//! Unicode forms of a name. macOS writes `é` as a letter and an accent where others write one
//! character; to people, and to BagIt (RFC 8493, section 5.1.3), both are one name.

use std::ffi::OsStr;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The name in its composed form (NFC), by which names that differ only in their form are known.
/// `None` for a name in ASCII, which has one form, and for one that is no text, which has none.
pub(crate) fn composed(name: impl AsRef<OsStr>) -> Option<String> {
    let name = name.as_ref();
    if name.as_encoded_bytes().is_ascii() {
        return None;
    }
    let text = name.to_str()?;
    Some(
        ComposingNormalizerBorrowed::new_nfc()
            .normalize(text)
            .into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::composed;

    #[test]
    fn forms_of_one_name_have_one_composed_form_and_other_names_another() {
        let one = composed("caf\u{e9}/\u{c5}").expect("text");
        assert_eq!(composed("cafe\u{301}/A\u{30a}"), Some(one.clone()));
        // The sign for the unit, which is the letter.
        assert_eq!(composed("caf\u{e9}/\u{212b}"), Some(one.clone()));
        assert_ne!(composed("cafe\u{300}/\u{c5}"), Some(one));
        // Looks alike, and means something else.
        assert_ne!(composed("\u{fb01}"), composed("fi\u{301}"));
        assert_eq!(composed("cafe"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_has_no_form() {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"e\xcc\x81\xff");
        assert_eq!(composed(name), None);
    }
}
