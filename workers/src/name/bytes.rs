//! Between paths and the bytes that a list holds, without losing any.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The bytes of the path with `/` between folders, as lists have them that are read on other
/// systems too. Windows takes both; no name there holds either.
pub(crate) fn portable_bytes(path: &Path) -> Cow<'_, [u8]> {
    let bytes = super::path_bytes(path);
    if cfg!(windows)
        && let Some(slashed) = slashed_bytes(bytes)
    {
        return Cow::Owned(slashed);
    }
    Cow::Borrowed(bytes)
}

/// With `/` for each `\`, if there are any.
pub(crate) fn slashed_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    let slash = |&byte: &u8| if byte == b'\\' { b'/' } else { byte };
    bytes
        .contains(&b'\\')
        .then(|| bytes.iter().map(slash).collect())
}

/// The path of these bytes: on Unix any bytes are one.
#[cfg(unix)]
#[must_use]
pub fn path_from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

/// The path of these bytes: UTF-8, in which a lone surrogate may stand as three bytes, as
/// [`path_bytes`](crate::path_bytes) gives it. `None` for bytes that are no such text.
#[cfg(windows)]
#[must_use]
pub fn path_from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::windows::ffi::OsStringExt as _;
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(PathBuf::from(text));
    }
    let mut wide = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let chunk = rest.utf8_chunks().next()?;
        wide.extend(chunk.valid().encode_utf16());
        rest = &rest[chunk.valid().len()..];
        match rest {
            [] => {}
            [0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, tail @ ..] => {
                wide.push(0xd000 | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f));
                rest = tail;
            }
            _ => return None,
        }
    }
    Some(PathBuf::from(std::ffi::OsString::from_wide(&wide)))
}

#[cfg(not(any(unix, windows)))]
#[must_use]
pub fn path_from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// How serde writes a path, into a pipe or a file: as its bytes. Its own implementation for paths refuses names
/// that are not text.
pub(crate) mod as_bytes {
    use std::path::{Path, PathBuf};

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(crate::name::path_bytes(path))
    }

    pub(crate) fn deserialize<'de, P: From<PathBuf>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<P, D::Error> {
        let path = super::path_from_bytes(<&[u8]>::deserialize(deserializer)?);
        path.map(Into::into)
            .ok_or_else(|| D::Error::custom("a path is not as it was written"))
    }
}
