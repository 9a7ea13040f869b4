//! One thread that serves many child processes: it asks which of their pipes can be read, and
//! reads those.

use std::io::{ErrorKind, Read as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use workers::process::{Readable, readable};

use crate::lab::children::{Heard, UnreadPart};
use crate::lab::context::{Failure, Lab};
use crate::lab::part::{PartSide, Role};
use crate::lab::trace::{Kind, LaneRecorder};

const NAME: &str = "talker";
pub(super) const TALKER: Role = Role {
    name: NAME,
    run: talk,
};

/// The stop is looked at so often.
const LOOK: Duration = Duration::from_millis(100);
/// A child that says nothing for so long hangs.
const SILENT: Duration = Duration::from_secs(60);

/// What came over the pipes.
pub(super) struct Served {
    pub(super) children: u64,
    pub(super) messages: u64,
    pub(super) expected: u64,
    pub(super) in_order: bool,
    pub(super) woken: u64,
    pub(super) took: Duration,
}

/// A child that is being listened to.
struct Client {
    part: UnreadPart,
    lane: LaneRecorder,
    /// What was read of the line that has not ended yet.
    partial: Vec<u8>,
    /// The number that it is to say next.
    next: u64,
    in_order: bool,
}

pub(super) fn serve(lab: &Lab, children: u64, messages: u64) -> Result<Served, Failure> {
    let group = format!("{children} children, one thread");
    let server = lab.trace().lane(&group, "the thread");
    server.begin(Kind::Wait);
    let mut clients = (0..children)
        .map(|index| {
            // Each at a pace of its own, so that they meet in ever new ways.
            let pace = 11 + 7 * (index % 9);
            let arguments = json!({"messages": messages, "pause_ms": pace});
            let part = lab.children().start_unread(NAME, &arguments)?;
            let name = format!("process {}", part.pid());
            Ok(Client {
                part,
                lane: lab.trace().lane(&group, &name),
                partial: Vec::new(),
                next: 0,
                in_order: true,
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let begun = Instant::now();
    let mut served = Served {
        children,
        messages: 0,
        expected: children * messages,
        in_order: true,
        woken: 0,
        took: Duration::ZERO,
    };
    let mut heard = Instant::now();
    while !clients.is_empty() {
        lab.checkpoint()?;
        let pipes: Vec<_> = clients.iter().map(|client| &client.part.stdout).collect();
        let ready =
            readable(&pipes, LOOK).map_err(|source| Failure::Pipe { part: NAME, source })?;
        if !ready.contains(&Readable::Yes) {
            if heard.elapsed() > SILENT {
                return Err(Failure::Silent {
                    part: NAME,
                    limit: SILENT,
                });
            }
            continue;
        }
        heard = Instant::now();
        served.woken += 1;
        server.begin(Kind::Work);
        let mut still = Vec::with_capacity(clients.len());
        for (mut client, ready) in clients.into_iter().zip(ready) {
            if ready == Readable::No || client.listen()? {
                still.push(client);
                continue;
            }
            served.messages += client.next;
            served.in_order &= client.in_order;
            // It has said all it had to say, and ends.
            let _ = client.part.wait();
        }
        clients = still;
        server.begin(Kind::Wait);
    }
    served.took = begun.elapsed();
    Ok(served)
}

impl Client {
    /// Reads what is there; whether more may follow.
    fn listen(&mut self) -> Result<bool, Failure> {
        self.lane.begin(Kind::Other);
        let mut buffer = [0; 4096];
        let read = match self.part.stdout.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(true),
            Err(source) => return Err(Failure::Pipe { part: NAME, source }),
        };
        self.partial.extend_from_slice(&buffer[..read]);
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            match Heard::parse(String::from_utf8_lossy(&line).trim_end()) {
                Some(Heard::Said(number)) => {
                    self.in_order &= number == self.next;
                    self.next += 1;
                }
                Some(Heard::Done(_)) | None => {}
                Some(other) => return Err(other.failure(NAME)),
            }
        }
        self.lane.end();
        Ok(read > 0)
    }
}

/// The child's part: says numbers, one after the other, with pauses.
#[expect(
    clippy::disallowed_methods,
    reason = "a child process of the experiment, without a window"
)]
fn talk(side: &PartSide, arguments: &Value) -> Result<Value, String> {
    let of = |name: &str| {
        let number = arguments[name].as_u64();
        number.ok_or_else(|| format!("{name} is missing"))
    };
    let pause = Duration::from_millis(of("pause_ms")?);
    for number in 0..of("messages")? {
        side.say(json!(number));
        std::thread::sleep(pause);
    }
    Ok(Value::Null)
}
