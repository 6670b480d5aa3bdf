//! Texts in cells of CSV, where a spreadsheet would take some for formulas.

use std::borrow::Cow;

/// `text` so that no spreadsheet takes it for a formula: an apostrophe goes in
/// front of what would be one (the list is OWASP's, "CSV Injection"). A text
/// that already has apostrophes there gets one more, so that taking one away
/// gives every text back: see [`from_safe`].
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if looks_like_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// The text that [`safe`] was given.
#[must_use]
pub fn from_safe(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if looks_like_formula(text) => text,
        _ => cell,
    }
}

fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with([
        '=', '+', '-', '@', '\t', '\r',
        '\n', // The wide forms, which East Asian spreadsheets take for the same.
        '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ])
}
