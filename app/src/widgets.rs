//! The few widgets that egui does not have. Each paints what it is given and says what was
//! done to it; none knows the session.

pub(crate) mod bar;
pub(crate) mod button;
pub(crate) mod chip;
pub(crate) mod ground;
pub(crate) mod lane;
pub(crate) mod panel;
pub(crate) mod pulse_plot;
pub(crate) mod segmented;
pub(crate) mod sparkline;
pub(crate) mod table;
pub(crate) mod text;
