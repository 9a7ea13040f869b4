//! What happens at every state of a worker, in every way to die. The table in
//! `docs/pool-matrix.md` is written by this test, and compared with what it says:
//! `UPDATE_MATRIX=1 cargo test -p workers --test pool matrix` writes it anew.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use workers::pool::{Context, Death, Failure, Pool, Processes, Work};

use crate::trials;
use crate::world::{PATIENCE, children, wait_until};

trials! {
    both: [],
    processes: [],
    linux: [
        the_matrix_of_states_and_deaths_is_as_published,
    ],
}

/// A way to die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    Crash,
    Exit,
    Panic,
    Error,
}

const WAYS: [Way; 4] = [Way::Crash, Way::Exit, Way::Panic, Way::Error];

impl Way {
    fn die(self) -> Failure {
        match self {
            Self::Crash => std::process::abort(),
            Self::Exit => std::process::exit(3),
            Self::Panic => panic!("on purpose"),
            Self::Error => Failure::new("on purpose"),
        }
    }
}

/// Where a worker is when it dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    StartUp,
    Decoding,
    Running,
    Encoding,
    Writing,
    Idle,
    Shutdown,
}

const STATES: [(State, &str); 7] = [
    (State::StartUp, "starting up (initializer)"),
    (State::Decoding, "decoding the request"),
    (State::Running, "running"),
    (State::Encoding, "encoding the output"),
    (State::Writing, "writing the output"),
    (State::Idle, "idle"),
    (State::Shutdown, "running, pool closed"),
];

/// Dies when it is read on the other side.
#[derive(Clone, Debug)]
pub struct Trap(Option<Way>);

impl Serialize for Trap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Trap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<Way>::deserialize(deserializer)? {
            Some(way) => Err(serde::de::Error::custom(way.die().message())),
            None => Ok(Self(None)),
        }
    }
}

/// An output; dies when it is written, or has much to write.
#[derive(Debug)]
pub struct Fruit {
    trap: Option<Way>,
    bytes: Vec<u8>,
}

impl Serialize for Fruit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(way) = self.trap {
            return Err(serde::ser::Error::custom(way.die().message()));
        }
        serializer.serialize_bytes(&self.bytes)
    }
}

impl<'de> Deserialize<'de> for Fruit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            trap: None,
            bytes: <&[u8]>::deserialize(deserializer)?.to_owned(),
        })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cell {
    at: Option<(State, Way)>,
    trap: Trap,
}

impl Cell {
    fn new(state: State, way: Way) -> Self {
        Self {
            at: Some((state, way)),
            trap: Trap((state == State::Decoding).then_some(way)),
        }
    }

    fn harmless() -> Self {
        Self {
            at: None,
            trap: Trap(None),
        }
    }
}

impl Work for Cell {
    type Output = Fruit;
    type Part = ();
    type SetUp = Option<Way>;
    type State = ();

    fn set_up(way: Option<Way>) -> Result<(), Failure> {
        match way {
            Some(way) => Err(way.die()),
            None => Ok(()),
        }
    }

    fn work(self, (): &mut (), _context: &Context<'_, Self>) -> Result<Fruit, Failure> {
        let mut fruit = Fruit {
            trap: None,
            bytes: Vec::new(),
        };
        match self.at {
            Some((State::Running, way)) => return Err(way.die()),
            Some((State::Shutdown, way)) => {
                std::thread::sleep(Duration::from_millis(200));
                return Err(way.die());
            }
            Some((State::Encoding, way)) => fruit.trap = Some(way),
            Some((State::Writing, way)) => {
                // Far more than a pipe holds: dead before it is through, or after.
                fruit.bytes = vec![7; 60 << 20];
                die_later(way, Duration::from_millis(1));
            }
            Some((State::Idle, way)) => die_later(way, Duration::from_millis(100)),
            Some((State::StartUp | State::Decoding, _)) | None => {}
        }
        Ok(fruit)
    }
}

fn die_later(way: Way, after: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(after);
        way.die();
    });
}

/// One cell: what its task came to, and whether the next task is done.
fn outcome(state: State, way: Way) -> String {
    let set_up = (state == State::StartUp).then_some(way);
    let pool: Pool<Cell, Processes> = Pool::builder_with(set_up)
        .workers(1)
        .build()
        .expect("a pool");
    let handle = pool.submit(Cell::new(state, way)).expect("taken");
    if state == State::Shutdown {
        pool.close();
    }
    let Ok(ended) = handle.wait_timeout(PATIENCE) else {
        return "**hangs**".to_owned();
    };
    let name = match ended {
        Ok(_) => "done".to_owned(),
        Err(Death::Failed(_)) => "failed".to_owned(),
        Err(Death::Panicked(_)) => "panicked".to_owned(),
        Err(Death::Crashed(exit)) => format!("crashed: {}", exit.status),
        Err(Death::Garbled(_)) => "garbled".to_owned(),
        Err(Death::NoWorker(_)) => "no worker".to_owned(),
        Err(other) => format!("**{other}**"),
    };
    if state == State::Idle {
        // Long enough for the death to have come.
        std::thread::sleep(Duration::from_millis(300));
    }
    let next = match pool.submit(Cell::harmless()) {
        Ok(handle) => match handle.wait_timeout(PATIENCE) {
            Ok(Ok(_)) => "",
            Ok(Err(_)) => "; the next fails",
            Err(_) => "; **the next hangs**",
        },
        Err(_) if state == State::Shutdown => "",
        Err(_) => "; the next is refused",
    };
    drop(pool);
    assert!(wait_until(|| children().is_empty()), "{:?}", children());
    format!("{name}{next}")
}

fn the_matrix_of_states_and_deaths_is_as_published() {
    let mut table = String::from(
        "# What a pool of processes makes of every death\n\n\
         A worker dies in each of four ways at each of its states: by a signal (`abort`), by `exit(3)`, by a\n\
         panic, by an error that the code returns. What the task came to is in the cell. In every one the\n\
         worker is replaced where need be, the next task is done unless the cell says otherwise, and no process\n\
         is left. This table is written by the test that proves it, `workers/tests/pool/matrix.rs`.\n\n\
         | the worker is | crash | exit | panic | error |\n| --- | --- | --- | --- | --- |\n",
    );
    for (state, name) in STATES {
        let _ = write!(table, "| {name} |");
        for way in WAYS {
            let cell = match (state, way) {
                // An error is what code returns, and here none of the task's is left to return it.
                (State::Writing | State::Idle, Way::Error) => "cannot be".to_owned(),
                // A thread that the task left behind ends alone.
                _ => outcome(state, way),
            };
            let _ = write!(table, " {cell} |");
        }
        table.push('\n');
    }
    table.push_str(
        "\nA request that cannot be decoded and an output that cannot be encoded are *garbled*, whether by a panic\n\
         or an error. A panic while writing or idle is one of a thread that the task left behind: it ends\n\
         that thread. What crashes while writing may have been through already: then it is *done*.\n",
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pool-matrix.md");
    if std::env::var_os("UPDATE_MATRIX").is_some() {
        let mut file = std::fs::File::create(&path).expect("the table can be written");
        file.write_all(table.as_bytes()).expect("written");
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == table,
        "docs/pool-matrix.md says otherwise; this was found:\n{table}"
    );
}
