//! Colours, type and spacing: one place, used by every view.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin,
    Stroke, Style, TextStyle, Ui, Visuals, vec2,
};

/// The colours of one theme. Beside the accent, colour means something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    pub(crate) background: Color32,
    pub(crate) panel: Color32,
    pub(crate) line: Color32,
    pub(crate) text: Color32,
    pub(crate) dim: Color32,
    pub(crate) accent: Color32,
    /// Text on the accent.
    pub(crate) on_accent: Color32,
    /// Needs a look.
    pub(crate) amber: Color32,
    /// Running and well.
    pub(crate) green: Color32,
    /// Wrong.
    pub(crate) red: Color32,
    /// Frozen.
    pub(crate) ice: Color32,
    /// Sidebar and status bar.
    pub(crate) edge: Color32,
    /// A control that lies on a panel.
    pub(crate) control: Color32,
    pub(crate) control_hover: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

pub(crate) const DARK: Palette = Palette {
    background: rgb(0x12_151a),
    panel: rgb(0x19_1d24),
    line: rgb(0x26_2c36),
    text: rgb(0xe6_eaf0),
    dim: rgb(0x8b_95a5),
    accent: rgb(0x4c_c2ff),
    on_accent: rgb(0x0b_1117),
    amber: rgb(0xff_b454),
    green: rgb(0x5f_d38d),
    red: rgb(0xff_6b6b),
    ice: rgb(0x9a_d7ff),
    edge: rgb(0x0d_1014),
    control: rgb(0x23_2831),
    control_hover: rgb(0x2d_3440),
};

// Amber, green and ice are a little deeper than first drawn, for text of 4.5 to 1 on white.
pub(crate) const LIGHT: Palette = Palette {
    background: rgb(0xf6_f7f9),
    panel: rgb(0xff_ffff),
    line: rgb(0xe1_e5eb),
    text: rgb(0x1b_2430),
    dim: rgb(0x5d_6979),
    accent: rgb(0x08_68a6),
    on_accent: rgb(0xff_ffff),
    amber: rgb(0x9a_5900),
    green: rgb(0x18_7a43),
    red: rgb(0xbd_3030),
    ice: rgb(0x17_6ba3),
    edge: rgb(0xea_edf2),
    control: rgb(0xee_f1f5),
    control_hover: rgb(0xe2_e7ee),
};

/// The colours of the theme in force.
pub(crate) fn palette(ui: &Ui) -> &'static Palette {
    if ui.visuals().dark_mode {
        &DARK
    } else {
        &LIGHT
    }
}

/// Space between panels, and from the window's edge to them.
pub(crate) const GAP: f32 = 12.0;
/// Space inside a panel.
pub(crate) const PADDING: i8 = 14;
/// Height of buttons and fields.
pub(crate) const CONTROL_HEIGHT: f32 = 30.0;
pub(crate) const RADIUS: u8 = 6;

pub(crate) fn small() -> FontId {
    FontId::proportional(12.0)
}
pub(crate) fn body() -> FontId {
    FontId::proportional(13.0)
}
pub(crate) fn strong() -> FontId {
    FontId::new(13.0, semibold())
}
pub(crate) fn small_strong() -> FontId {
    FontId::new(12.0, semibold())
}
pub(crate) fn large() -> FontId {
    FontId::new(24.0, semibold())
}
/// To be read from across the room.
pub(crate) fn huge() -> FontId {
    FontId::new(32.0, semibold())
}
pub(crate) fn mono() -> FontId {
    FontId::monospace(12.0)
}

fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// Sets fonts and both themes.
pub(crate) fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    for (theme, palette) in [(egui::Theme::Dark, &DARK), (egui::Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| apply(style, palette));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 4] = [
        (
            "Inter",
            include_bytes!("../../assets/fonts/Inter-Regular.ttf"),
        ),
        (
            "Inter SemiBold",
            include_bytes!("../../assets/fonts/Inter-SemiBold.ttf"),
        ),
        (
            "Symbols",
            include_bytes!("../../assets/fonts/DejaVuSans-Symbols.ttf"),
        ),
        (
            "JetBrains Mono",
            include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"),
        ),
    ];
    for (name, data) in files {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(data)));
    }
    // egui's own fonts follow, for the symbols and scripts that these lack.
    let fallback: Vec<String> = [FontFamily::Proportional, FontFamily::Monospace]
        .iter()
        .filter_map(|family| fonts.families.get(family))
        .flatten()
        .cloned()
        .collect();
    let chain = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .map(|&name| name.to_owned())
            .chain(fallback.clone())
            .collect()
    };
    let families = &mut fonts.families;
    families.insert(
        FontFamily::Proportional,
        chain(&["Inter", "Symbols", "JetBrains Mono"]),
    );
    families.insert(
        semibold(),
        chain(&["Inter SemiBold", "Symbols", "JetBrains Mono"]),
    );
    families.insert(FontFamily::Monospace, chain(&["JetBrains Mono", "Inter"]));
    fonts
}

fn apply(style: &mut Style, palette: &Palette) {
    style.text_styles = [
        (TextStyle::Small, small()),
        (TextStyle::Body, body()),
        (TextStyle::Button, body()),
        (TextStyle::Monospace, mono()),
        (TextStyle::Heading, large()),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 6.0);
    style.spacing.button_padding = vec2(12.0, 6.0);
    style.spacing.interact_size = vec2(36.0, CONTROL_HEIGHT);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.combo_width = 60.0;
    style.spacing.tooltip_width = 420.0;
    style.interaction.selectable_labels = false;
    // A moving picture costs processor time that the job could use, and says nothing.
    style.animation_time = 0.0;

    let visuals: &mut Visuals = &mut style.visuals;
    visuals.override_text_color = None;
    visuals.panel_fill = palette.background;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.extreme_bg_color = palette.panel;
    visuals.text_edit_bg_color = Some(palette.panel);
    visuals.faint_bg_color = palette.control;
    visuals.weak_text_color = Some(palette.dim);
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.amber;
    visuals.error_fg_color = palette.red;
    visuals.selection.bg_fill = palette.accent.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.5, palette.accent);
    // A blinking cursor would draw two frames a second in an idle window.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, palette.accent);
    visuals.disabled_alpha = 0.45;

    let radius = CornerRadius::same(RADIUS);
    let widgets = &mut visuals.widgets;
    for state in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        state.corner_radius = radius;
        state.expansion = 0.0;
        state.bg_stroke = Stroke::new(1.0, palette.line);
        state.fg_stroke = Stroke::new(1.0, palette.text);
        state.bg_fill = palette.control;
        state.weak_bg_fill = palette.control;
    }
    widgets.hovered.weak_bg_fill = palette.control_hover;
    widgets.hovered.bg_fill = palette.control_hover;
    widgets.hovered.bg_stroke = Stroke::new(1.0, palette.dim.gamma_multiply(0.5));
    widgets.active.weak_bg_fill = palette.control_hover;
    widgets.active.bg_stroke = Stroke::new(1.5, palette.accent);
    widgets.open.weak_bg_fill = palette.control_hover;
}

#[cfg(test)]
mod tests {
    use super::{Color32, DARK, LIGHT};

    fn luminance(color: Color32) -> f64 {
        let part = |value: u8| {
            let v = f64::from(value) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(color.r()) + 0.7152 * part(color.g()) + 0.0722 * part(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// WCAG 2.2, success criterion 1.4.3.
    #[test]
    fn text_has_a_contrast_of_at_least_4_5_to_1_on_everything_it_stands_on() {
        for (name, palette) in [("dark", DARK), ("light", LIGHT)] {
            for ground in [
                palette.background,
                palette.panel,
                palette.edge,
                palette.control,
            ] {
                for text in [
                    palette.text,
                    palette.dim,
                    palette.amber,
                    palette.green,
                    palette.red,
                    palette.accent,
                    palette.ice,
                ] {
                    let ratio = contrast(text, ground);
                    assert!(
                        ratio >= 4.5,
                        "{name}: {text:?} on {ground:?} has {ratio:.2}"
                    );
                }
            }
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5, "{name}");
        }
    }
}
