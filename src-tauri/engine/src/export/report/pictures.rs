//! Marks of topics, and pictures of pixels.

use super::super::html::Page;
use super::super::palette;
use crate::error::{Error, Result};
use crate::topics::Topic;

/// The colour and shape of a topic, or of Unsorted.
pub(super) fn mark(page: &mut Page, topic: Option<&Topic>) {
    page.markup("<svg class=\"mark\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">");
    let shape = topic.map_or(palette::ROUND, |topic| palette::shape(topic.colour));
    page.markup("<path d=\"").markup(palette::SHAPES[shape]).markup("\" fill=\"");
    colour(page, topic);
    page.markup("\"/></svg>");
}

pub(super) fn colour(page: &mut Page, topic: Option<&Topic>) {
    page.colour(topic.map_or(palette::UNSORTED, |topic| palette::colour(topic.colour)));
}

/// A picture with a palette, row-major; the last colour is clear.
///
/// # Errors
/// `Invalid` when it cannot be made.
pub(super) fn png(
    width: usize,
    height: usize,
    pixels: &[u8],
    colours: &[[u8; 3]],
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut alpha = vec![255; colours.len().saturating_sub(1)];
    alpha.push(0);
    let mut write = || -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(colours.concat());
        encoder.set_trns(alpha.clone());
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(pixels)?;
        writer.finish()
    };
    write().map_err(|error| {
        Error::Invalid(sentence!(
            "The picture could not be made: {error}.",
            error = error.to_string()
        ))
    })?;
    Ok(bytes)
}
