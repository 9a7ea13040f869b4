//! JSON: an array of objects, one a line. A name that is not text has, beside the readable
//! `path`, its true bytes in hexadecimal as `path_hex`.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::digests::Digests;
use super::line_error::LineError;
use super::read::Row;
use super::read::recognise::{Chosen, RecordReader};
use super::read::records::{Cutter, LineEnd};
use super::{File, ListFormat, hex};
use crate::algorithm::{Algorithm, Digest};
use crate::name::path_bytes;

pub(super) struct Json;

impl ListFormat for Json {
    fn name(&self) -> &'static str {
        "json"
    }
    fn label(&self) -> &'static str {
        "JSON"
    }
    fn extension(&self, _algorithms: &[Algorithm]) -> String {
        "json".to_owned()
    }
    fn refuses(&self, _algorithms: &[Algorithm]) -> Option<String> {
        None
    }
    fn header(&self, _algorithms: &[Algorithm], out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"[")
    }
    fn entry(
        &self,
        file: &File<'_>,
        algorithms: &[Algorithm],
        first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        out.write_all(if first {
            b"\n  {\"path\": "
        } else {
            b",\n  {\"path\": "
        })?;
        let bytes = path_bytes(file.path);
        string(&String::from_utf8_lossy(bytes), out)?;
        if std::str::from_utf8(bytes).is_err() {
            write!(out, ", \"path_hex\": \"")?;
            for part in bytes.chunks(32) {
                write!(out, "{}", Digest(part))?;
            }
            write!(out, "\"")?;
        }
        if let Some(size) = file.size {
            write!(out, ", \"size\": {size}")?;
        }
        for (algorithm, digest) in file.present(algorithms) {
            write!(out, ", \"{}\": \"{digest}\"", algorithm.name())?;
        }
        out.write_all(b"}")
    }
    fn footer(&self, empty: bool, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if empty { b"]\n" } else { b"\n]\n" })
    }
    fn holds_sizes(&self) -> bool {
        true
    }
    fn begins(&self, head: &[u8]) -> bool {
        let after = |text: &[u8], byte: u8| {
            text.trim_ascii_start()
                .strip_prefix(&[byte])
                .map(|rest| rest.trim_ascii_start().first().copied())
        };
        matches!(after(head, b'['), Some(Some(b'{' | b']')))
            || matches!(after(head, b'{'), Some(Some(b'"')))
    }
    fn is_called(&self, name: &str) -> bool {
        name.ends_with(".json") || name.ends_with(".jsonl") || name.ends_with(".ndjson")
    }
    fn cutter(&self, _line_end: LineEnd) -> Box<dyn Cutter> {
        Box::new(Objects::default())
    }
    fn reader(&self, _chosen: &Chosen) -> Box<dyn RecordReader> {
        Box::new(Reader::default())
    }
}

/// Finds the end of each object of the array, so that one is parsed at a time and a bad one costs
/// no other. Not a general JSON parser: parsing a stream with one would end at the first mistake.
#[derive(Default)]
struct Objects {
    /// How many brackets are open, the array's own not counted.
    depth: u32,
    inside: Inside,
    /// The last byte that is not white space, outside strings.
    last: u8,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    String,
    /// Behind a backslash in a string.
    Escape,
    /// Something between objects that does not belong there: up to the end of the line.
    Junk,
}

impl Cutter for Objects {
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            match (self.inside, byte) {
                (Inside::Escape, _) if byte != b'\n' => self.inside = Inside::String,
                (Inside::String, b'\\') => self.inside = Inside::Escape,
                (Inside::String, b'"') => {
                    self.inside = Inside::Nothing;
                    self.last = b'"';
                }
                // No string holds one as it is; a quote is missing somewhere before.
                (Inside::String | Inside::Escape | Inside::Junk, b'\n') => {
                    self.forget();
                    return Some(at + 1);
                }
                (Inside::String | Inside::Junk | Inside::Escape, _)
                | (Inside::Nothing, b' ' | b'\t' | b'\r' | b'\n') => {}
                // An object where none can be: the one before lacks its end.
                (Inside::Nothing, b'{') if self.depth > 0 && !matches!(self.last, b':' | b'[') => {
                    self.forget();
                    return Some(at);
                }
                (Inside::Nothing, b'{') => self.open(byte),
                (Inside::Nothing, b'[') if self.depth > 0 => self.open(byte),
                (Inside::Nothing, b'}' | b']') if self.depth > 0 => {
                    self.depth -= 1;
                    self.last = byte;
                    if self.depth == 0 {
                        self.forget();
                        return Some(at + 1);
                    }
                }
                (Inside::Nothing, b',' | b'[' | b']') if self.depth == 0 => {}
                (Inside::Nothing, _) if self.depth == 0 => self.inside = Inside::Junk,
                (Inside::Nothing, b'"') => self.inside = Inside::String,
                (Inside::Nothing, _) => self.last = byte,
            }
        }
        None
    }

    fn forget(&mut self) -> bool {
        std::mem::take(self).depth > 0
    }

    fn spans_lines(&self) -> bool {
        true
    }

    fn between(&self, record: &[u8]) -> usize {
        record
            .iter()
            .position(|&byte| !is_between(byte))
            .unwrap_or(record.len())
    }
}

impl Objects {
    fn open(&mut self, byte: u8) {
        self.depth += 1;
        self.last = byte;
    }
}

fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']')
}

/// Reads an array of objects, or one object after another without an array.
#[derive(Default)]
struct Reader {
    array: Array,
}

#[derive(Default, PartialEq, Eq)]
enum Array {
    #[default]
    None,
    Open,
    Closed,
}

impl RecordReader for Reader {
    fn read<'a>(&mut self, record: &'a [u8]) -> Result<Option<Row<'a>>, LineError> {
        let start = record.iter().position(|&byte| !is_between(byte));
        let (between, object) = record.split_at(start.unwrap_or(record.len()));
        for byte in between {
            match byte {
                b'[' => self.array = Array::Open,
                b']' => self.array = Array::Closed,
                _ => {}
            }
        }
        if object.is_empty() {
            return Ok(None);
        }
        let Object(row) = serde_json::from_slice(object).map_err(|error| {
            // The parser's own place is within the object; the line of the list is known better.
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            LineError::Json(text.to_owned())
        })?;
        row.map(Some)
    }

    fn finish(&mut self) -> Result<(), LineError> {
        match self.array {
            Array::Open => Err(LineError::CutOff),
            Array::None | Array::Closed => Ok(()),
        }
    }
}

struct Object<'a>(Result<Row<'a>, LineError>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

/// A string, without a copy where it holds no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with path, size and digests")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object<'de>, M::Error> {
        let (mut text, mut bytes, mut size) = (None, None, None);
        let mut digests = Digests::default();
        let mut wrong = None;
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "path" => {
                    let Text(path) = map.next_value()?;
                    if text.replace(path).is_some() {
                        wrong = Some(LineError::Twice("path"));
                    }
                }
                "path_hex" => {
                    let Text(path) = map.next_value()?;
                    let mut decoded = Vec::new();
                    if !hex::decode_into(path.as_bytes(), &mut decoded) {
                        return Err(M::Error::custom("path_hex is not hexadecimal"));
                    }
                    if bytes.replace(decoded).is_some() {
                        wrong = Some(LineError::Twice("path_hex"));
                    }
                }
                "size" => {
                    if size.is_some() {
                        wrong = Some(LineError::Twice("size"));
                    }
                    size = map.next_value::<Option<u64>>()?;
                }
                name => match name.parse::<Algorithm>() {
                    Ok(algorithm) => {
                        if let Some(Text(digest)) = map.next_value()?
                            && let Err(why) = digests.push(algorithm, digest.as_bytes())
                        {
                            wrong = Some(why);
                        }
                    }
                    Err(_) => {
                        map.next_value::<IgnoredAny>()?;
                    }
                },
            }
        }
        let name = match (bytes, text) {
            (Some(bytes), _) => Cow::Owned(bytes),
            (None, Some(Cow::Borrowed(text))) => Cow::Borrowed(text.as_bytes()),
            (None, Some(Cow::Owned(text))) => Cow::Owned(text.into_bytes()),
            (None, None) => Cow::Borrowed(&[][..]),
        };
        let wrong = wrong.or(if name.is_empty() {
            Some(LineError::NoName)
        } else if name.contains(&0) {
            Some(LineError::NulInName)
        } else if digests.is_empty() {
            Some(LineError::NoDigest)
        } else {
            None
        });
        Ok(Object(match wrong {
            Some(why) => Err(why),
            None => Ok(Row {
                name,
                size,
                digests,
            }),
        }))
    }
}

fn string(text: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"\"")?;
    for c in text.chars() {
        match c {
            '"' => out.write_all(b"\\\"")?,
            '\\' => out.write_all(b"\\\\")?,
            c if u32::from(c) < 0x20 || c == '\u{7f}' => write!(out, "\\u{:04x}", u32::from(c))?,
            c => write!(out, "{c}")?,
        }
    }
    out.write_all(b"\"")
}
