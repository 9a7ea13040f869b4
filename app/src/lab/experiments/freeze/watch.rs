//! Asks a window again and again whether it answers, in a child process: a display may hang too.
#![expect(
    clippy::disallowed_methods,
    reason = "a child process without a window, which pauses between two questions"
)]

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::lab::answers::{CannotAsk, NOT_RESPONDING, Window};
use crate::lab::part::PartSide;
use crate::lab::trace::Kind;

/// Between two questions, and between two looks for the answer.
const PAUSE: Duration = Duration::from_millis(100);

/// What a watcher says.
#[derive(Serialize, Deserialize)]
enum Said {
    Answered(Duration),
    /// It has not answered for so long.
    Silent(Duration),
    Unknown(String),
}

/// What was found out about a window.
#[derive(Clone, Debug, Default)]
pub(super) struct Watched {
    pub(super) answers: u64,
    /// The longest that a question was open.
    pub(super) longest: Option<Duration>,
    /// Why it could not be asked.
    pub(super) unknown: Option<String>,
}

impl Watched {
    pub(super) fn take_in(&mut self, said: &Value) {
        match Said::deserialize(said) {
            Ok(Said::Answered(time)) => {
                self.answers += 1;
                self.longest = self.longest.max(Some(time));
            }
            Ok(Said::Silent(time)) => self.longest = self.longest.max(Some(time)),
            Ok(Said::Unknown(reason)) => {
                self.unknown.get_or_insert(reason);
            }
            Err(error) => {
                self.unknown.get_or_insert(error.to_string());
            }
        }
    }

    /// What a desktop would say of the window.
    pub(super) fn verdict(&self) -> String {
        match (self.longest, &self.unknown) {
            (Some(longest), _) if longest >= NOT_RESPONDING => "not responding".to_owned(),
            (Some(_), _) => "responding".to_owned(),
            (None, Some(reason)) => format!("unknown: {reason}"),
            (None, None) => "unknown: it was gone before it could be asked".to_owned(),
        }
    }
}

/// The child's side. Gives back why it could not go on; that the window is gone is one reason.
pub(super) fn watch(side: &PartSide, arguments: &Value) -> Result<Value, String> {
    let pid = arguments["pid"]
        .as_u64()
        .and_then(|pid| u32::try_from(pid).ok());
    let (pid, name) = pid
        .zip(arguments["name"].as_str())
        .ok_or("it was not said which window")?;
    let right = arguments["right"].as_bool().unwrap_or(false);
    let Err(error) = ask_for_ever(side, pid, name, right);
    Ok(json!(Said::Unknown(error.to_string())))
}

fn ask_for_ever(
    side: &PartSide,
    pid: u32,
    name: &str,
    right: bool,
) -> Result<std::convert::Infallible, CannotAsk> {
    let window = loop {
        match Window::of_process(pid) {
            Err(CannotAsk::NoWindow) => sleep(PAUSE),
            found => break found?,
        }
    };
    // A desktop that puts windows where it likes has the last word.
    let _ = window.move_to_half(right);
    let lane = side.trace().lane("windows", name);
    let open = side
        .trace()
        .series(&format!("milliseconds to an answer, {name}"), None);
    loop {
        let asked = Instant::now();
        let question = window.ask()?;
        let took = loop {
            if let Some(took) = question.answered_within(PAUSE)? {
                break took;
            }
            let silent = asked.elapsed();
            lane.begin(if silent < NOT_RESPONDING {
                Kind::Wait
            } else {
                Kind::Stuck
            });
            open.set(silent.as_secs_f64() * 1e3);
            side.say(json!(Said::Silent(silent)));
        };
        lane.begin(Kind::Work);
        open.set(took.as_secs_f64() * 1e3);
        side.say(json!(Said::Answered(took)));
        sleep(PAUSE);
    }
}
