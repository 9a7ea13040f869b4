//! The options of `cksum` and its sisters, what they mean together, and what is said where they
//! make no sense. Messages and their order are those of coreutils 9.1; options and algorithms
//! that came later, up to 9.11, are taken as that takes them, and messages that list them list
//! these too.

use std::ffi::OsString;

use super::algorithms::{BLAKE2B_MAX, Counted, Digest, Family, NAMES, Named};
use super::console::Console;
use super::getopt::{Flag, Piece, Pieces};
use super::print::{Encoding, End, Style};
use super::program::Program;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Algorithm,
    Base64,
    Binary,
    Check,
    Debug,
    Help,
    IgnoreMissing,
    Length,
    Quiet,
    Raw,
    Status,
    Strict,
    Tag,
    Text,
    Untagged,
    Version,
    Warn,
    Zero,
}

/// Every option, in the order in which an ambiguous abbreviation lists them.
pub(super) const FLAGS: &[(&str, Option<u8>, Id)] = &[
    ("length", Some(b'l'), Id::Length),
    ("check", Some(b'c'), Id::Check),
    ("ignore-missing", None, Id::IgnoreMissing),
    ("quiet", None, Id::Quiet),
    ("status", None, Id::Status),
    ("warn", Some(b'w'), Id::Warn),
    ("strict", None, Id::Strict),
    ("tag", None, Id::Tag),
    ("zero", Some(b'z'), Id::Zero),
    ("algorithm", Some(b'a'), Id::Algorithm),
    ("base64", None, Id::Base64),
    ("debug", None, Id::Debug),
    ("raw", None, Id::Raw),
    ("untagged", None, Id::Untagged),
    ("binary", Some(b'b'), Id::Binary),
    ("text", Some(b't'), Id::Text),
    ("help", None, Id::Help),
    ("version", None, Id::Version),
];

impl Id {
    pub(super) const fn takes_value(self) -> bool {
        matches!(self, Self::Algorithm | Self::Length)
    }

    /// Whether a program has this option.
    pub(super) fn is_of(self, program: Program) -> bool {
        match self {
            Self::Algorithm | Self::Base64 | Self::Debug | Self::Raw | Self::Untagged => {
                program == Program::Cksum
            }
            Self::Length => matches!(program, Program::Cksum | Program::One(Family::Blake2b)),
            _ => true,
        }
    }
}

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Help,
    Version,
    Print(Print, Vec<OsString>),
    Check(Check, Vec<OsString>),
}

/// How files are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print {
    pub(super) sum: Sum,
    pub(super) style: Style,
    pub(super) end: End,
    /// Say on standard error how it is computed.
    pub(super) debug: bool,
}

/// What is computed of each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    Counted(Counted),
    Digest(Digest),
}

/// How lists are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Check {
    /// The only family that is taken; none: whichever a tagged line names.
    pub(super) family: Option<Family>,
    pub(super) report: Report,
    pub(super) strict: bool,
    pub(super) ignore_missing: bool,
}

/// How much is said while checking. The last of the options that ask for one of these wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Report {
    #[default]
    Usual,
    Warn,
    Quiet,
    Status,
}

/// Why a command line is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Each a line that begins with the program's name.
    pub(super) messages: Vec<Vec<u8>>,
    /// Lines without it.
    pub(super) list: Vec<Vec<u8>>,
    /// Whether the help is pointed to.
    pub(super) hint: bool,
}

impl Refusal {
    fn hinting(message: impl Into<Vec<u8>>) -> Self {
        Self {
            messages: vec![message.into()],
            list: Vec::new(),
            hint: true,
        }
    }

    fn plain(messages: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self {
            messages: messages.into_iter().collect(),
            list: Vec::new(),
            hint: false,
        }
    }
}

/// What the options said so far.
#[derive(Default)]
struct Given {
    algorithm: Option<Named>,
    /// The word given, and the bits that it says.
    length: Option<(Vec<u8>, u64)>,
    /// `--tag` or `--untagged`.
    tag: Option<bool>,
    /// `--binary` or `--text`.
    binary: Option<bool>,
    check: bool,
    report: Report,
    strict: bool,
    ignore_missing: bool,
    zero: bool,
    raw: bool,
    base64: bool,
    debug: bool,
}

/// Reads a command line, without the program's name at its front.
///
/// # Errors
/// What is to be said about it.
pub(super) fn parse(
    program: Program,
    arguments: Vec<OsString>,
    console: &Console,
) -> Result<Request, Refusal> {
    let flags: Vec<Flag<Id>> = FLAGS
        .iter()
        .filter(|(.., id)| id.is_of(program))
        .map(|&(long, short, id)| Flag {
            long,
            short,
            value: id.takes_value(),
            id,
        })
        .collect();
    let strict_order = std::env::var_os("POSIXLY_CORRECT").is_some();
    let mut given = Given::default();
    let mut operands = Vec::new();
    for piece in Pieces::new(&flags, arguments, strict_order) {
        match piece.map_err(|mistake| Refusal::hinting(mistake.message()))? {
            Piece::Operand(operand) => operands.push(operand),
            Piece::Option(Id::Help, _) => return Ok(Request::Help),
            Piece::Option(Id::Version, _) => return Ok(Request::Version),
            Piece::Option(id, value) => given.take(id, value.as_encoded_bytes(), console)?,
        }
    }
    given.request(program, operands, console)
}

impl Given {
    fn take(&mut self, id: Id, value: &[u8], console: &Console) -> Result<(), Refusal> {
        match id {
            Id::Algorithm => self.algorithm = Some(algorithm(value, console)?),
            Id::Length => self.length = Some((value.to_vec(), length(value, console)?)),
            Id::Tag => (self.tag, self.binary) = (Some(true), Some(true)),
            Id::Untagged => {
                if self.tag == Some(true) {
                    self.binary = None;
                }
                self.tag = Some(false);
            }
            Id::Binary => self.binary = Some(true),
            Id::Text => self.binary = Some(false),
            Id::Check => self.check = true,
            Id::Quiet => self.report = Report::Quiet,
            Id::Status => self.report = Report::Status,
            Id::Warn => self.report = Report::Warn,
            Id::Strict => self.strict = true,
            Id::IgnoreMissing => self.ignore_missing = true,
            Id::Zero => self.zero = true,
            Id::Raw => self.raw = true,
            Id::Base64 => self.base64 = true,
            Id::Debug => self.debug = true,
            Id::Help | Id::Version => {}
        }
        Ok(())
    }

    fn request(
        self,
        program: Program,
        operands: Vec<OsString>,
        console: &Console,
    ) -> Result<Request, Refusal> {
        let named = match program {
            Program::Cksum => self.algorithm.unwrap_or(Named::Counted(Counted::Crc)),
            Program::One(family) => Named::Digest(family),
        };
        let length = self.checked_length(named, console)?;
        if self.check && self.algorithm.is_some() && matches!(named, Named::Counted(_)) {
            let message = "--check is not supported with --algorithm={bsd,sysv,crc,crc32b}";
            return Err(Refusal::plain([message.into()]));
        }
        if self.raw && self.base64 {
            return Err(Refusal::hinting(
                "--base64 and --raw are mutually exclusive",
            ));
        }
        let tagged = self.tag.unwrap_or(program == Program::Cksum);
        self.refuse_senseless(program, tagged)?;
        if self.check {
            let family = match named {
                Named::Digest(family) => Some(family),
                Named::Counted(_) => None,
            };
            let check = Check {
                family,
                report: self.report,
                strict: self.strict,
                ignore_missing: self.ignore_missing,
            };
            return Ok(Request::Check(check, operands));
        }
        if self.raw && operands.len() > 1 {
            let message = "the --raw option is not supported with multiple files";
            return Err(Refusal::plain([message.into()]));
        }
        let sum = match (named, length) {
            (Named::Counted(counted), _) => Sum::Counted(counted),
            (Named::Digest(_), Some(digest)) => Sum::Digest(digest),
            (Named::Digest(family), None) => {
                let name = family.tag().to_ascii_lowercase();
                return Err(Refusal::plain([format!(
                    "--algorithm={name} requires specifying --length 224, 256, 384, or 512"
                )
                .into()]));
            }
        };
        let encoding = if self.base64 {
            Encoding::Base64
        } else {
            Encoding::Hex
        };
        let style = match (self.raw, tagged) {
            (true, _) => Style::Raw,
            (false, true) => Style::Tagged(encoding),
            (false, false) => Style::Untagged {
                encoding,
                mark: if self.binary == Some(true) {
                    b'*'
                } else {
                    b' '
                },
            },
        };
        let print = Print {
            sum,
            style,
            end: if self.zero { End::Nul } else { End::Newline },
            debug: self.debug,
        };
        Ok(Request::Print(print, operands))
    }

    /// The digest of the length asked for, or of the usual one.
    fn checked_length(&self, named: Named, console: &Console) -> Result<Option<Digest>, Refusal> {
        let family = match named {
            Named::Digest(family) => Some(family),
            Named::Counted(_) => None,
        };
        let Some((word, bits)) = self.length.as_ref().filter(|(_, bits)| *bits > 0) else {
            return Ok(family.and_then(Family::usual));
        };
        let of_length = |family: Family| {
            let bits = usize::try_from(*bits).ok()?;
            family.of_length(bits)
        };
        match family {
            Some(Family::Blake2b | Family::Sha2 | Family::Sha3) => {}
            _ => {
                let message = "--length is only supported with --algorithm blake2b, sha2, or sha3";
                return Err(Refusal::plain([message.into()]));
            }
        }
        let Some(family) = family else {
            return Ok(None);
        };
        if let Some(digest) = of_length(family) {
            return Ok(Some(digest));
        }
        let quoted = console.quoted(family.tag().as_bytes());
        let why = match family {
            Family::Blake2b => {
                let bits = format!(" is {} bits", BLAKE2B_MAX * 8);
                [b"maximum digest length for ", &quoted[..], bits.as_bytes()].concat()
            }
            _ => [
                b"digest length for ",
                &quoted[..],
                b" must be 224, 256, 384, or 512",
            ]
            .concat(),
        };
        Err(Refusal::plain([invalid_length(word, console), why]))
    }

    /// Options that contradict each other, in the order in which they are found.
    fn refuse_senseless(&self, program: Program, tagged: bool) -> Result<(), Refusal> {
        let cksum = program == Program::Cksum;
        let only_checking = |option: &str| {
            format!("the --{option} option is meaningful only when verifying checksums")
        };
        let message = if tagged && self.binary == Some(false) {
            if cksum {
                "--text mode is only supported with --untagged".to_owned()
            } else {
                "--tag does not support --text mode".to_owned()
            }
        } else if self.zero && self.check {
            "the --zero option is not supported when verifying checksums".to_owned()
        } else if self.tag == Some(true) && self.check && !cksum {
            "the --tag option is meaningless when verifying checksums".to_owned()
        } else if self.binary.is_some() && self.check && !(cksum && self.tag == Some(true)) {
            "the --binary and --text options are meaningless when verifying checksums".to_owned()
        } else if self.check {
            return Ok(());
        } else if self.ignore_missing {
            only_checking("ignore-missing")
        } else if self.strict && self.report == Report::Usual {
            only_checking("strict")
        } else {
            match self.report {
                Report::Usual => return Ok(()),
                Report::Status => only_checking("status"),
                Report::Warn => only_checking("warn"),
                Report::Quiet => only_checking("quiet"),
            }
        };
        Err(Refusal::hinting(message))
    }
}

fn algorithm(word: &[u8], console: &Console) -> Result<Named, Refusal> {
    let known = NAMES.iter().find(|(name, _)| name.as_bytes() == word);
    if let Some((_, named)) = known {
        return Ok(*named);
    }
    let message = [
        b"invalid argument ",
        &console.quoted(word)[..],
        b" for ",
        &console.quoted(b"--algorithm"),
    ]
    .concat();
    let names = NAMES
        .iter()
        .map(|(name, _)| [b"  - ", &console.quoted(name.as_bytes())[..]].concat());
    Err(Refusal {
        messages: vec![message],
        list: std::iter::once(b"Valid arguments are:".to_vec())
            .chain(names)
            .collect(),
        hint: true,
    })
}

/// A length in bits, as the C library reads decimal numbers: blanks and a plus before it.
fn length(word: &[u8], console: &Console) -> Result<u64, Refusal> {
    let digits = word.trim_ascii_start();
    let digits = digits.strip_prefix(b"+").unwrap_or(digits);
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let mut message = invalid_length(word, console);
    if !is_number {
        return Err(Refusal::plain([message]));
    }
    let bits = digits.iter().try_fold(0u64, |bits, digit| {
        bits.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    });
    match bits {
        None => {
            message.extend_from_slice(b": Value too large for defined data type");
            Err(Refusal::plain([message]))
        }
        Some(bits) if bits % 8 != 0 => Err(Refusal::plain([
            message,
            b"length is not a multiple of 8".to_vec(),
        ])),
        Some(bits) => Ok(bits),
    }
}

fn invalid_length(word: &[u8], console: &Console) -> Vec<u8> {
    [b"invalid length: ", &console.quoted(word)[..]].concat()
}
