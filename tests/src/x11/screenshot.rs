//! Pictures of a window, and how much two of them differ.

use std::path::Path;

use image::{ImageFormat, RgbaImage};
use x11rb::{
    connection::Connection,
    protocol::xproto::{
        ConnectionExt as _, ImageFormat as XImageFormat, ImageOrder, Setup, Visualid,
    },
};

use super::{
    error::{Error, Result},
    window::Window,
};

/// What the window looks like right now, opaque.
///
/// It has to be wholly on the screen, and what covers it is in the picture, because the server
/// keeps no pixels that are not shown.
pub fn capture(window: &Window) -> Result<RgbaImage> {
    let what = "capturing a window, which has to be visible and wholly on the screen";
    let (size, reply, setup) = window.request(what, |connection| {
        let size = connection.get_geometry(window.id())?.reply()?;
        let image = connection
            .get_image(
                XImageFormat::Z_PIXMAP,
                window.id(),
                0,
                0,
                size.width,
                size.height,
                !0,
            )?
            .reply()?;
        Ok((size, image, connection.setup().clone()))
    })?;
    let order = byte_order(&setup, reply.depth, reply.visual)?;

    // A scanline of 32-bit pixels never needs padding. The fourth byte is unused at depth 24; at
    // depth 32 it is an alpha that the server, which does no compositing, did not apply either.
    let (width, height) = (u32::from(size.width), u32::from(size.height));
    let (pixels, _) = reply.data.as_chunks::<4>();
    let rgba = pixels.iter().flat_map(|pixel| {
        let [red, green, blue] = order.map(|index| pixel[index]);
        [red, green, blue, u8::MAX]
    });
    RgbaImage::from_raw(width, height, rgba.collect()).ok_or_else(|| Error::PixelFormat {
        found: format!("{} bytes for {width}x{height}", reply.data.len()),
    })
}

/// Writes a picture as PNG, whatever the name of the file.
pub fn save(image: &RgbaImage, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    image
        .save_with_format(path, ImageFormat::Png)
        .map_err(|error| Error::file(path, error))
}

/// The fraction of pixels, from 0 to 1, that differ. Pictures of different sizes differ wholly.
#[must_use]
pub fn differs(a: &RgbaImage, b: &RgbaImage) -> f64 {
    if a.dimensions() != b.dimensions() {
        return 1.0;
    }
    let total = f64::from(a.width()) * f64::from(a.height());
    if total == 0.0 {
        return 0.0;
    }
    let changed: f64 = a
        .pixels()
        .zip(b.pixels())
        .map(|(a, b)| f64::from(u8::from(a != b)))
        .sum();
    changed / total
}

/// At which bytes of a pixel red, green and blue are.
fn byte_order(setup: &Setup, depth: u8, visual: Visualid) -> Result<[usize; 3]> {
    let bits_per_pixel = setup
        .pixmap_formats
        .iter()
        .find(|format| format.depth == depth)
        .map(|format| format.bits_per_pixel);
    let masks = setup
        .roots
        .iter()
        .flat_map(|screen| &screen.allowed_depths)
        .flat_map(|depth| &depth.visuals)
        .find(|candidate| candidate.visual_id == visual)
        .map(|visual| [visual.red_mask, visual.green_mask, visual.blue_mask]);
    match (bits_per_pixel, masks, setup.image_byte_order) {
        (Some(32), Some([0x00ff_0000, 0xff00, 0xff]), ImageOrder::LSB_FIRST) => Ok([2, 1, 0]),
        (Some(32), Some([0x00ff_0000, 0xff00, 0xff]), ImageOrder::MSB_FIRST) => Ok([1, 2, 3]),
        (bits, masks, order) => Err(Error::PixelFormat {
            found: format!("depth {depth}: {bits:?} bits per pixel, masks {masks:x?}, {order:?}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::differs;

    #[test]
    fn one_pixel_of_eight_is_an_eighth() {
        let before = RgbaImage::new(4, 2);
        let mut after = before.clone();
        after.put_pixel(3, 1, Rgba([0, 0, 1, 0]));
        assert!((differs(&before, &after) - 0.125).abs() < f64::EPSILON);
        assert!(differs(&before, &before) < f64::EPSILON);
    }

    #[test]
    fn another_size_is_another_picture() {
        assert!(differs(&RgbaImage::new(4, 2), &RgbaImage::new(2, 4)) > 0.99);
    }
}
