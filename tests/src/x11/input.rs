//! Input as from a real mouse and keyboard, made with the XTEST extension.
//!
//! The server treats it like that of a device, so grabs, focus and modifiers have their effect. No
//! program can tell it from a person's, as it can an event that was merely sent to it. The pauses
//! are made by the server: each event carries how long to wait before it. Each method returns when
//! the server has dealt with the last one.

use x11rb::{
    connection::Connection,
    cookie::VoidCookie,
    protocol::{
        xproto::{
            BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_PRESS_EVENT,
            KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT,
        },
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};

use super::{
    error::{Error, Reply, Result},
    keysym,
    window::Window,
};

/// A little more than a frame at 60 Hz: what appears on hovering is there when the button goes
/// down.
const HOVER_MS: u32 = 20;

/// How long a button is down: shorter than any long press, and for some programs a frame of its
/// own.
const HOLD_MS: u32 = 20;

/// Between the clicks of a double click: well below the limits that programs set, 250 ms and more.
const BETWEEN_CLICKS_MS: u32 = 40;

/// Between keys, and between the steps of a wheel.
const STEP_MS: u32 = 5;

const LEFT: u8 = 1;
const RIGHT: u8 = 3;
const WHEEL_UP: u8 = 4;
const WHEEL_DOWN: u8 = 5;

/// The coordinates are pixels from the upper left corner of the window. Nothing here raises the
/// window: what covers it at that point gets the click, as from a person.
impl Window {
    /// Moves the pointer.
    pub fn move_to(&self, x: i32, y: i32) -> Result<()> {
        self.point(x, y, &[])
    }

    /// Moves the pointer and clicks with the left button.
    ///
    /// Two clicks in a row at one point may count as a double click.
    pub fn click(&self, x: i32, y: i32) -> Result<()> {
        self.point(x, y, &clicks(LEFT, 1, BETWEEN_CLICKS_MS))
    }

    /// Moves the pointer and clicks with the right button.
    pub fn right_click(&self, x: i32, y: i32) -> Result<()> {
        self.point(x, y, &clicks(RIGHT, 1, BETWEEN_CLICKS_MS))
    }

    /// Moves the pointer and clicks twice with the left button.
    pub fn double_click(&self, x: i32, y: i32) -> Result<()> {
        self.point(x, y, &clicks(LEFT, 2, BETWEEN_CLICKS_MS))
    }

    /// Moves the pointer and turns the wheel by so many steps, down if positive, up if negative.
    pub fn scroll(&self, x: i32, y: i32, steps: i32) -> Result<()> {
        let button = if steps > 0 { WHEEL_DOWN } else { WHEEL_UP };
        self.point(x, y, &clicks(button, steps.unsigned_abs(), STEP_MS))
    }

    /// Presses keys together, as in `ctrl+period`, `shift+Tab`, `F5` or `a`, and lets them go.
    ///
    /// A key is a character or its name in X11, in any case; Shift is added where the keyboard
    /// needs it for the character. It goes to the window that [has the focus](Self::focus).
    pub fn key(&self, chord: &str) -> Result<()> {
        let keymap = self.keymap()?;
        let mut down = Vec::new();
        for keysym in keysym::chord(chord)? {
            // A key that is named twice, as Shift is in `shift+A`, goes down once.
            for key in keymap.keys_for(keysym, chord)? {
                if !down.contains(&key) {
                    down.push(key);
                }
            }
        }
        self.fake("pressing keys", &stroke(&down))
    }

    /// Types ASCII text, in which a line feed is Return and a tab is Tab.
    ///
    /// It goes to the window that [has the focus](Self::focus).
    pub fn type_text(&self, text: &str) -> Result<()> {
        let keymap = self.keymap()?;
        let mut events = Vec::new();
        for keysym in keysym::text(text)? {
            events.extend(stroke(&keymap.keys_for(keysym, text)?));
        }
        self.fake("typing", &events)
    }

    /// Moves the pointer to a point of this window and does something there.
    fn point(&self, x: i32, y: i32, then: &[Fake]) -> Result<()> {
        let window = self.geometry()?;
        let screen = self.screen();
        let on_screen = |window: i32, offset: i32, size: u16| {
            let position = window.checked_add(offset)?;
            (0..i32::from(size))
                .contains(&position)
                .then(|| i16::try_from(position).ok())?
        };
        let (Some(root_x), Some(root_y)) = (
            on_screen(window.x, x, screen.width_in_pixels),
            on_screen(window.y, y, screen.height_in_pixels),
        ) else {
            return Err(Error::OffScreen { x, y });
        };
        let mut events = vec![Fake {
            kind: MOTION_NOTIFY_EVENT,
            x: root_x,
            y: root_y,
            ..Fake::default()
        }];
        events.extend(then);
        self.fake("moving the pointer", &events)
    }

    fn fake(&self, doing: &'static str, events: &[Fake]) -> Result<()> {
        let root = self.screen().root;
        self.request(doing, |connection| {
            let mut sent = Vec::with_capacity(events.len());
            for event in events {
                let Fake {
                    kind,
                    detail,
                    after_ms,
                    x,
                    y,
                } = *event;
                sent.push(connection.xtest_fake_input(kind, detail, after_ms, root, x, y, 0)?);
            }
            // The first of these waits until the server has dealt with them all.
            sent.into_iter().try_for_each(VoidCookie::check)
        })
    }

    /// The keyboard as it is now. It is not kept, because any program may change it.
    fn keymap(&self) -> Result<Keymap> {
        self.request("reading the keyboard mapping", Keymap::of)
    }
}

/// An event for the server to make up.
#[derive(Clone, Copy, Default)]
struct Fake {
    kind: u8,
    /// The button or the keycode. For a motion, 0 says that it is to a point, not by a distance.
    detail: u8,
    /// How long to wait before it. 0 is not at all.
    after_ms: u32,
    x: i16,
    y: i16,
}

fn clicks(button: u8, count: u32, between_ms: u32) -> Vec<Fake> {
    let click = |number| {
        let pause = if number == 0 { HOVER_MS } else { between_ms };
        let hold = HOLD_MS.min(between_ms);
        [(BUTTON_PRESS_EVENT, pause), (BUTTON_RELEASE_EVENT, hold)].map(|(kind, after_ms)| Fake {
            kind,
            detail: button,
            after_ms,
            ..Fake::default()
        })
    };
    (0..count).flat_map(click).collect()
}

/// Keys that go down one after the other and up in the opposite order.
fn stroke(keys: &[u8]) -> Vec<Fake> {
    let event = |kind| {
        move |&key: &u8| Fake {
            kind,
            detail: key,
            after_ms: STEP_MS,
            ..Fake::default()
        }
    };
    let down = keys.iter().map(event(KEY_PRESS_EVENT));
    let up = keys.iter().rev().map(event(KEY_RELEASE_EVENT));
    down.chain(up).collect()
}

/// Which keysyms are on which key.
struct Keymap {
    first_keycode: u8,
    keysyms_per_keycode: usize,
    keysyms: Vec<u32>,
}

impl Keymap {
    fn of(connection: &RustConnection) -> Reply<Self> {
        let setup = connection.setup();
        let first_keycode = setup.min_keycode;
        let count = setup.max_keycode - first_keycode + 1;
        let reply = connection
            .get_keyboard_mapping(first_keycode, count)?
            .reply()?;
        Ok(Self {
            first_keycode,
            keysyms_per_keycode: reply.keysyms_per_keycode.into(),
            keysyms: reply.keysyms,
        })
    }

    /// The keycodes that together make a keysym: one, or that of Shift and one.
    fn keys_for(&self, keysym: u32, input: &str) -> Result<Vec<u8>> {
        let keys = match self.find(keysym) {
            Some((key, false)) => Some(vec![key]),
            Some((key, true)) => self.find(keysym::SHIFT).map(|(shift, _)| vec![shift, key]),
            None => None,
        };
        keys.ok_or_else(|| {
            let name = char::from_u32(keysym).filter(char::is_ascii);
            keysym::unknown(
                input,
                &name.map_or(format!("keysym {keysym:#x}"), String::from),
            )
        })
    }

    /// The key that bears a keysym, and whether it does so only together with Shift.
    ///
    /// The lowest keycode wins, even if it needs Shift: those are the keys that a person uses,
    /// whereas a keycode for an unshifted `(` stands for a key that hardly any keyboard has.
    fn find(&self, keysym: u32) -> Option<(u8, bool)> {
        let per_keycode = self.keysyms_per_keycode.max(1);
        let levels = (self.first_keycode..=u8::MAX).zip(self.keysyms.chunks_exact(per_keycode));
        levels.into_iter().find_map(|(keycode, levels)| {
            // The other columns are further layouts and levels, which Shift does not reach.
            let level = levels.iter().take(2).position(|&other| other == keysym)?;
            Some((keycode, level == 1))
        })
    }
}
