//! Where the window was when it was closed, so that it comes back there, or where it can
//! be seen when its screen is gone. Kept in one small JSON file of the app.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Manager as _, PhysicalPosition, PhysicalSize, WebviewWindow, Window};

use crate::recents::write_whole;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    /// The place it has when it does not fill the screen.
    rectangle: Option<Rectangle>,
    fills_screen: bool,
}

/// In physical pixels, from the corner of the main screen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Rectangle {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

/// Puts a new window where the last one was. Without a note of that, or with one that is
/// damaged, it stays where it is.
pub(crate) fn restore(window: &WebviewWindow) -> tauri::Result<()> {
    let Some(place) = noted(window.app_handle()) else { return Ok(()) };
    if let Some(rectangle) = place.rectangle {
        let screens = window.available_monitors()?;
        let screens = screens.iter().map(|screen| {
            let area = screen.work_area();
            Rectangle {
                x: area.position.x,
                y: area.position.y,
                width: area.size.width,
                height: area.size.height,
            }
        });
        let Rectangle { x, y, width, height } = inside(rectangle, screens);
        window.set_size(PhysicalSize { width, height })?;
        window.set_position(PhysicalPosition { x, y })?;
    }
    if place.fills_screen { window.maximize() } else { Ok(()) }
}

/// Notes where the window is, for the next start. Failing costs a person one drag, so it
/// is logged and goes no further.
pub(crate) fn note(window: &Window) {
    let noted = now(window).and_then(|place| Ok(write_whole(&file(window.app_handle())?, &place)?));
    if let Err(error) = noted {
        tracing::warn!(%error, "the place of the window was not noted");
    }
}

fn now(window: &Window) -> tauri::Result<Place> {
    let fills_screen = window.is_maximized()?;
    if fills_screen || window.is_minimized()? {
        let rectangle = noted(window.app_handle()).and_then(|place| place.rectangle);
        return Ok(Place { rectangle, fills_screen });
    }
    let PhysicalPosition { x, y } = window.outer_position()?;
    let PhysicalSize { width, height } = window.inner_size()?;
    Ok(Place { rectangle: Some(Rectangle { x, y, width, height }), fills_screen })
}

fn noted(app: &AppHandle) -> Option<Place> {
    let json = std::fs::read(file(app).ok()?).ok()?;
    serde_json::from_slice(&json).ok()
}

fn file(app: &AppHandle) -> tauri::Result<PathBuf> {
    Ok(app.path().app_config_dir()?.join("window.json"))
}

/// Where a window at `place` goes so that it lies within the screen it has most of its
/// area on. Where no screen is known it stays.
fn inside(place: Rectangle, screens: impl Iterator<Item = Rectangle>) -> Rectangle {
    // The first of those with as much; `max_by_key` takes the last.
    let mut best: Option<(u64, Rectangle)> = None;
    for screen in screens {
        let shared = u64::from(overlap(place.x, place.width, screen.x, screen.width))
            * u64::from(overlap(place.y, place.height, screen.y, screen.height));
        if best.is_none_or(|(most, _)| shared > most) {
            best = Some((shared, screen));
        }
    }
    let Some((_, screen)) = best else { return place };
    let (x, width) = within(place.x, place.width, screen.x, screen.width);
    let (y, height) = within(place.y, place.height, screen.y, screen.height);
    Rectangle { x, y, width, height }
}

/// The length that two stretches share.
fn overlap(start: i32, length: u32, other: i32, other_length: u32) -> u32 {
    let end =
        start.saturating_add_unsigned(length).min(other.saturating_add_unsigned(other_length));
    u32::try_from(end.saturating_sub(start.max(other))).unwrap_or(0)
}

/// A stretch moved, and shortened where it must be, to lie within another.
fn within(start: i32, length: u32, other: i32, other_length: u32) -> (i32, u32) {
    let length = length.min(other_length);
    let last = other.saturating_add_unsigned(other_length - length);
    (start.clamp(other, last), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(x: i32, y: i32, width: u32, height: u32) -> Rectangle {
        Rectangle { x, y, width, height }
    }

    #[test]
    fn a_window_comes_back_where_it_can_be_seen() {
        let laptop = at(0, 25, 1600, 975);
        let beside = at(1600, 0, 1920, 1080);
        for (place, screens, expected, why) in [
            (at(100, 50, 1360, 860), vec![laptop], at(100, 50, 1360, 860), "it lies within"),
            (
                at(1700, 50, 1360, 860),
                vec![laptop, beside],
                at(1700, 50, 1360, 860),
                "it lies on the second screen",
            ),
            (
                at(1700, 50, 1360, 860),
                vec![laptop],
                at(240, 50, 1360, 860),
                "its screen was taken away",
            ),
            (
                at(-5000, -5000, 1360, 860),
                vec![laptop, beside],
                at(0, 25, 1360, 860),
                "it is nowhere: the first screen",
            ),
            (
                at(100, 50, 2560, 1400),
                vec![laptop],
                at(0, 25, 1600, 975),
                "it is larger than the screen",
            ),
            (
                at(1500, 100, 1360, 860),
                vec![laptop, beside],
                at(1600, 100, 1360, 860),
                "more of it is on the second screen",
            ),
            (
                at(i32::MAX, i32::MIN, u32::MAX, 1),
                vec![laptop],
                at(0, 25, 1600, 1),
                "a damaged file",
            ),
            (at(1, 2, 3, 4), vec![], at(1, 2, 3, 4), "no screen is known"),
        ] {
            assert_eq!(inside(place, screens.into_iter()), expected, "{why}: {place:?}");
        }
    }
}
