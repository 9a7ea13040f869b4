//! What a key is called on the user's system.

use std::borrow::Cow;

use eframe::egui::Context;

/// Names of keys, written with Ctrl, as the user's keyboard has them.
pub(crate) fn keys(ctx: &Context, names: &'static str) -> Cow<'static, str> {
    if ctx.os().is_mac() {
        names.replace("Ctrl", "Cmd").into()
    } else {
        names.into()
    }
}
