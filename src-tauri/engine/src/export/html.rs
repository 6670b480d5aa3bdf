//! Texts in HTML.

use crate::sentence::grouped;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// `text` as it stands between tags and inside quoted attributes: whatever it is, it is only text there.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '`' => escaped.push_str("&#96;"),
            // HTML has no way to write these.
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A page that is being written: what is not in the program's own words goes through [`escaped`].
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(&escaped(text));
        self
    }

    /// A number, with up to two decimals.
    pub(super) fn number(&mut self, number: f64) -> &mut Self {
        let rounded = (number * 100.0).round() / 100.0;
        self.0.push_str(&rounded.to_string());
        self
    }

    /// A count as a person reads it: 12,345.
    pub(super) fn count(&mut self, count: usize) -> &mut Self {
        self.0.push_str(&grouped(count as u64));
        self
    }

    /// A share of 1 as "46 %".
    pub(super) fn percent(&mut self, share: f64) -> &mut Self {
        self.0.push_str(&percent(share));
        self
    }

    pub(super) fn colour(&mut self, colour: u32) -> &mut Self {
        self.0.push_str(&format!("#{colour:06x}"));
        self
    }

    /// The address of a picture that is in the page itself.
    pub(super) fn picture(&mut self, png: &[u8]) -> &mut Self {
        self.0.push_str("data:image/png;base64,");
        BASE64_STANDARD.encode_string(png, &mut self.0);
        self
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// "46 %", never "100 %" or "0 %" for what is not quite.
pub(super) fn percent(share: f64) -> String {
    match (share * 100.0).round() {
        shown if shown >= 100.0 && share < 1.0 => "over 99 %".to_owned(),
        shown if shown == 0.0 && share > 0.0 => "under 1 %".to_owned(),
        shown if shown < 0.0 => format!("\u{2212}{} %", -shown),
        shown => format!("{} %", shown.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_a_person_writes_them() {
        assert_eq!(
            [0.0, 0.002, 0.456, 0.999, 1.0, -0.04, -0.001].map(percent),
            ["0 %", "under 1 %", "46 %", "over 99 %", "100 %", "\u{2212}4 %", "0 %"],
            "never all or nothing by rounding"
        );
    }
}
