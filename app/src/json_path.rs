//! A path in JSON, which is text and a path is not.

use std::borrow::Cow;
use std::path::Path;

use workers::{Digest, path_bytes};

/// The path itself, not as it is shown; and its bytes in hexadecimal where they are no text, because
/// what stands for them in the text would name another file.
pub(crate) fn json_path(path: &Path) -> (Cow<'_, str>, Option<String>) {
    let bytes = path_bytes(path);
    let text = String::from_utf8_lossy(bytes);
    let hex = matches!(text, Cow::Owned(_)).then(|| {
        let parts = bytes.chunks(32).map(|part| Digest(part).to_string());
        parts.collect()
    });
    (text, hex)
}
