//! `thawsum convert`: a checksum file in another format. It is read three times, so that nothing
//! of it need be kept: to see what it holds, to name everything that is in the way, and to write.

mod meter;
mod source;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use workers::manifest::read::{Item, ReadError};
use workers::manifest::{CannotWrite, Format, ListWriter};
use workers::{Algorithm, shown};

use self::meter::Meter;
use self::source::{Files, Source, SourceError};
use super::progress::Progress;
use super::{algorithms, formats, guess, status};
use crate::format::{count, counted};
use crate::save;

/// How many paths are named for each reason why they cannot be carried.
const NAMED: u64 = 5;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Checksum files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Format to write
    #[arg(long, value_name = "FORMAT", value_parser = formats(),
          long_help = format!("Format to write: {}", Format::names()))]
    to: Format,

    /// Format of the files [default: told by their content]
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    from: Option<Format>,

    /// Algorithm of lines that do not name theirs, and the one to write where only one can be
    #[arg(short, long, value_name = "NAME", value_parser = algorithms())]
    algorithm: Option<Algorithm>,

    /// End gnu lines with NUL and escape nothing
    #[arg(short, long)]
    zero: bool,

    /// Read \ in names as /, for lists of Windows programs
    #[arg(long)]
    slashes: bool,

    /// Name every path that the new format cannot carry, and not the first few of each reason
    #[arg(short, long)]
    verbose: bool,

    /// Write to FILE, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    progress: Progress,
}

pub(super) fn run(options: &Options) -> ExitCode {
    match try_run(options) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("thawsum: {error}");
            ExitCode::from(error.status())
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("{0}; nothing was written")]
    Refused(String),
    #[error("interrupted; nothing was written")]
    Interrupted,
    #[error("{0}; nothing was written")]
    Source(#[from] SourceError),
    #[error("{0}; nothing was written")]
    Read(#[from] ReadError),
    #[error("{0}; nothing was written")]
    CannotWrite(#[from] CannotWrite),
    #[error("the list could not be printed: {0}")]
    Print(#[source] io::Error),
    #[error(transparent)]
    Save(#[from] save::SaveError),
}

impl Failure {
    fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => status::USAGE,
            Self::Interrupted => status::INTERRUPTED,
            Self::Refused(_)
            | Self::Source(_)
            | Self::Read(_)
            | Self::CannotWrite(_)
            | Self::Print(_)
            | Self::Save(_) => status::WRONG,
        }
    }
}

fn try_run(options: &Options) -> Result<u8, Failure> {
    let format = match (options.zero, options.to) {
        (false, format) => format,
        (true, format) if format == Format::GNU => Format::GNU_ZERO,
        (true, _) => return Err(Failure::Usage("--zero goes with --to gnu only".to_owned())),
    };
    let meter = Meter::new(options.progress.line());
    let sources = options
        .files
        .iter()
        .map(|path| Source::new(path, &meter))
        .collect::<Result<Vec<_>, _>>()?;
    meter.expect(sources.iter().map(Source::bytes).sum());
    let interrupted = Arc::new(AtomicBool::new(false));
    // Only for what would be left behind. Elsewhere the system's own way is quicker: a wait for
    // standard input, or for who reads standard output, is not ended by a flag.
    if options.output.is_some() {
        let flag = Arc::clone(&interrupted);
        let handler = ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(status::INTERRUPTED));
            }
        });
        if let Err(error) = handler {
            eprintln!("thawsum: Ctrl-C may leave a temporary file behind: {error}");
        }
    }
    let conversion = Conversion {
        options,
        format,
        interrupted,
        sources,
        meter,
    };
    let found = conversion.look()?;
    let algorithms = conversion.algorithms(&found)?;
    conversion.refuse_what_cannot_be_carried(&algorithms, &found)?;
    conversion.name_what_is_lost(&algorithms, &found);
    conversion.write(&algorithms, &found)?;
    if found.bad > 0 {
        eprintln!(
            "thawsum: {} could not be used and {} not in the list",
            counted(found.bad, "line", "lines"),
            if found.bad == 1 { "is" } else { "are" },
        );
        return Ok(status::WRONG);
    }
    Ok(0)
}

struct Conversion<'a> {
    options: &'a Options,
    format: Format,
    interrupted: Arc<AtomicBool>,
    sources: Vec<Source>,
    meter: Meter,
}

/// What the lists hold.
#[derive(Default)]
struct Found {
    files: u64,
    bad: u64,
    sizes: u64,
    /// The algorithms by their place in [`Algorithm::ALL`], and how many digests there are of each.
    digests: BTreeMap<usize, u64>,
    /// The algorithm of a list that holds no line but says what its lines would be of.
    of_empty: Option<Algorithm>,
}

impl Found {
    fn algorithms(&self) -> Vec<Algorithm> {
        self.digests.keys().map(|&at| Algorithm::ALL[at]).collect()
    }

    fn digests_of(&self, algorithm: Algorithm) -> u64 {
        let place = Algorithm::ALL.iter().position(|&a| a == algorithm);
        place
            .and_then(|at| self.digests.get(&at).copied())
            .unwrap_or(0)
    }
}

impl Conversion<'_> {
    /// Reads all lists to their ends, and reports what is wrong with their lines.
    fn look(&self) -> Result<Found, Failure> {
        let mut found = Found::default();
        for source in &self.sources {
            let mut list = source.read(self.options.from, self.options.algorithm, &self.meter)?;
            let recognised = list.recognised();
            found.of_empty = found.of_empty.or(recognised.algorithm());
            if self.options.to != Format::GNU {
                self.meter.clear();
                guess::say(&source.name, &recognised.candidates);
            }
            for item in Files::new(&mut list, self.options.slashes) {
                self.go_on()?;
                match item? {
                    Item::Listed(file) => {
                        found.files += 1;
                        found.sizes += u64::from(file.size.is_some());
                        for (algorithm, _) in file.digests.iter() {
                            let place = Algorithm::ALL.iter().position(|&a| a == algorithm);
                            *found.digests.entry(place.unwrap_or_default()).or_default() += 1;
                        }
                    }
                    Item::Bad(bad) => {
                        found.bad += 1;
                        self.say(format_args!(
                            "thawsum: {}:{}: {}: {}",
                            shown(&source.name),
                            bad.line,
                            bad.why,
                            bad.excerpt
                        ));
                    }
                }
            }
            for column in list.unknown_columns() {
                self.say(format_args!(
                    "thawsum: {}: the column {} is not known here and is left out",
                    shown(&source.name),
                    shown(Path::new(column))
                ));
            }
        }
        if found.files == 0 && found.bad > 0 {
            return Err(Failure::Refused("no line could be used".to_owned()));
        }
        Ok(found)
    }

    /// The algorithms of the list to be written.
    fn algorithms(&self, found: &Found) -> Result<Vec<Algorithm>, Failure> {
        let here = found.algorithms();
        if let Some(asked) = self.options.algorithm {
            if !here.is_empty() && !here.contains(&asked) {
                return Err(Failure::Refused(format!(
                    "there is no {} digest in what was read, only {}",
                    asked.label(),
                    names(&here)
                )));
            }
            self.format.check(&[asked], [])?;
            return Ok(vec![asked]);
        }
        if here.is_empty() {
            // An empty list, which most formats can be of any algorithm.
            let one = [found.of_empty.unwrap_or(Algorithm::Sha256)];
            let all = [&one[..], &[], &[Algorithm::Crc32]];
            let fits = all.iter().find(|some| self.format.check(some, []).is_ok());
            return Ok(fits.map_or(Vec::new(), |some| some.to_vec()));
        }
        let whole = self.format.check(&here, []);
        let fit = |a: &Algorithm| self.format.check(&[*a], []).is_ok();
        let some: Vec<Algorithm> = here.iter().copied().filter(fit).collect();
        match whole {
            Ok(()) => Ok(here),
            Err(_) if !some.is_empty() && self.format.check(&some, []).is_ok() => Ok(some),
            Err(error) if some.is_empty() => Err(error.into()),
            Err(_) => Err(Failure::Usage(format!(
                "what was read holds {}, and {} hold one algorithm; choose it with -a",
                names(&some),
                self.format.label()
            ))),
        }
    }

    /// Names what is in the way: of each reason the first paths, and how many more there are.
    fn refuse_what_cannot_be_carried(
        &self,
        algorithms: &[Algorithm],
        found: &Found,
    ) -> Result<(), Failure> {
        let (mut refused, mut without) = (0, 0);
        let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
        for source in &self.sources {
            for item in self.files(source)? {
                self.go_on()?;
                let Item::Listed(file) = item? else {
                    continue;
                };
                if algorithms.iter().all(|&a| file.digests.get(a).is_none()) {
                    without += 1;
                    continue;
                }
                if let Err(error) = self.format.check_listed(&file, algorithms) {
                    refused += 1;
                    let so_far = reasons.entry(error.reason()).or_default();
                    *so_far += 1;
                    if *so_far <= NAMED || self.options.verbose {
                        self.say(format_args!(
                            "thawsum: {}:{}: {error}",
                            shown(&source.name),
                            file.line
                        ));
                    }
                }
            }
        }
        if !self.options.verbose {
            for (reason, number) in reasons {
                if number > NAMED {
                    let more = counted(number - NAMED, "more file", "more files");
                    self.say(format_args!(
                        "thawsum: and {more}: {reason} (--verbose names each)"
                    ));
                }
            }
        }
        if without > 0 {
            self.say(format_args!(
                "thawsum: {} without a digest of {} left out",
                counted(without, "entry", "entries"),
                names(algorithms),
            ));
        }
        if refused == 0 {
            return Ok(());
        }
        Err(Failure::Refused(format!(
            "{} cannot carry {} of {}",
            self.format.label(),
            count(refused),
            counted(found.files, "file", "files")
        )))
    }

    fn name_what_is_lost(&self, algorithms: &[Algorithm], found: &Found) {
        if found.sizes > 0 && !self.format.holds_sizes() {
            self.say(format_args!(
                "thawsum: the sizes of {} are left out: {} hold none",
                counted(found.sizes, "file", "files"),
                self.format.label()
            ));
        }
        for lost in found.algorithms() {
            if !algorithms.contains(&lost) {
                let number = found.digests_of(lost);
                self.say(format_args!(
                    "thawsum: {} {} left out",
                    counted(
                        number,
                        &format!("{} digest", lost.label()),
                        &format!("{} digests", lost.label())
                    ),
                    if number == 1 { "is" } else { "are" },
                ));
            }
        }
    }

    fn write(&self, algorithms: &[Algorithm], found: &Found) -> Result<(), Failure> {
        let write = |out: &mut dyn Write| -> io::Result<()> {
            let out = io::BufWriter::with_capacity(1 << 16, out);
            let mut list = ListWriter::new(self.format, algorithms, out)?;
            let mut files = 0;
            for source in &self.sources {
                for item in self.files(source).map_err(io::Error::other)? {
                    self.go_on().map_err(io::Error::other)?;
                    if let Item::Listed(file) = item.map_err(io::Error::other)? {
                        files += 1;
                        if algorithms.iter().any(|&a| file.digests.get(a).is_some()) {
                            list.listed(&file)?;
                        }
                    }
                }
            }
            if files != found.files {
                return Err(io::Error::other("what is read changed meanwhile"));
            }
            list.finish().map(drop)
        };
        let done = match &self.options.output {
            // The list itself is seen to come on.
            None if io::stdout().is_terminal() => {
                self.meter.hide();
                write(&mut io::stdout().lock()).map_err(Failure::Print)
            }
            None => write(&mut io::stdout().lock()).map_err(Failure::Print),
            Some(file) => save::whole(file, save::Existing::Replace, write).map_err(Failure::Save),
        };
        self.meter.clear();
        match done {
            Err(_) if self.interrupted.load(Ordering::Relaxed) => Err(Failure::Interrupted),
            other => other,
        }
    }

    fn files(
        &self,
        source: &Source,
    ) -> Result<impl Iterator<Item = Result<Item, ReadError>>, ReadError> {
        let list = source.read(self.options.from, self.options.algorithm, &self.meter)?;
        Ok(Files::new(list, self.options.slashes))
    }

    /// Without the line of progress in the middle of it.
    fn say(&self, words: std::fmt::Arguments) {
        self.meter.clear();
        eprintln!("{words}");
    }

    fn go_on(&self) -> Result<(), Failure> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        Ok(())
    }
}

fn names(algorithms: &[Algorithm]) -> String {
    let names: Vec<&str> = algorithms.iter().map(|a| a.name()).collect();
    names.join(" and ")
}
