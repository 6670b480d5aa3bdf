//! Where the window was when it was closed, and that it comes back where it can be seen.

use tauri::plugin::TauriPlugin;
use tauri::{PhysicalPosition, PhysicalSize, WebviewWindow, Wry};
use tauri_plugin_window_state::{Builder, StateFlags};

/// Keeps size, place and whether the window fills the screen. When it is
/// shown is the page's business.
pub(crate) fn remembered() -> TauriPlugin<Wry> {
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    Builder::new().with_state_flags(kept).with_filename("window.json").build()
}

/// A rectangle in physical pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rectangle {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

/// Moves and shrinks a window that would reach over the edge of its screen, as
/// after a screen was taken away. What cannot be found out is left as it is.
pub(crate) fn bring_inside(window: &WebviewWindow) {
    let moved = rectangle(window).and_then(|place| {
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
        let Some(better) = inside(place, screens) else { return Ok(()) };
        window.set_size(PhysicalSize { width: better.width, height: better.height })?;
        window.set_position(PhysicalPosition { x: better.x, y: better.y })
    });
    if let Err(error) = moved {
        tracing::warn!(%error, "the window could not be brought onto the screen");
    }
}

fn rectangle(window: &WebviewWindow) -> tauri::Result<Rectangle> {
    let PhysicalPosition { x, y } = window.outer_position()?;
    let PhysicalSize { width, height } = window.inner_size()?;
    Ok(Rectangle { x, y, width, height })
}

/// Where a window at `place` goes so that it lies within the screen it has most
/// of its area on; `None` when it does already, or when there is no screen.
fn inside(place: Rectangle, screens: impl Iterator<Item = Rectangle>) -> Option<Rectangle> {
    // The first of those with as much; `max_by_key` takes the last.
    let mut best: Option<(u64, Rectangle)> = None;
    for screen in screens {
        let shared = u64::from(overlap(place.x, place.width, screen.x, screen.width))
            * u64::from(overlap(place.y, place.height, screen.y, screen.height));
        if best.is_none_or(|(most, _)| shared > most) {
            best = Some((shared, screen));
        }
    }
    let (_, screen) = best?;
    let (x, width) = within(place.x, place.width, screen.x, screen.width);
    let (y, height) = within(place.y, place.height, screen.y, screen.height);
    let better = Rectangle { x, y, width, height };
    (better != place).then_some(better)
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
            (at(100, 50, 1360, 860), vec![laptop], None, "it lies within"),
            (at(1700, 50, 1360, 860), vec![laptop, beside], None, "it lies on the second screen"),
            (
                at(1700, 50, 1360, 860),
                vec![laptop],
                Some(at(240, 50, 1360, 860)),
                "its screen was taken away",
            ),
            (
                at(-5000, -5000, 1360, 860),
                vec![laptop, beside],
                Some(at(0, 25, 1360, 860)),
                "it is nowhere: the first screen",
            ),
            (
                at(100, 50, 2560, 1400),
                vec![laptop],
                Some(at(0, 25, 1600, 975)),
                "it is larger than the screen",
            ),
            (
                at(1500, 100, 1360, 860),
                vec![laptop, beside],
                Some(at(1600, 100, 1360, 860)),
                "more of it is on the second screen",
            ),
            (
                at(i32::MAX, i32::MIN, u32::MAX, 1),
                vec![laptop],
                Some(at(0, 25, 1600, 1)),
                "a damaged file",
            ),
            (at(1, 2, 3, 4), vec![], None, "no screen is known"),
        ] {
            assert_eq!(inside(place, screens.into_iter()), expected, "{why}: {place:?}");
        }
    }
}
