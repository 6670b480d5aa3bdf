//! Which format a text is in, found from its name and its first lines.

use super::ListFormat;
use super::columns;
use super::html;
use super::json;
use super::reader::{Sample, sample_of};
use super::rows::Cells;
use super::source::{Origin, Part};

/// Delimiters a person can choose from, the likeliest first.
pub(super) const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

pub(super) enum Choice {
    Rows(ListFormat, Cells, Sample),
    /// A format that is parsed as a whole.
    Whole(ListFormat),
}

/// Pages and JSON are recognised from so much, in bytes.
pub(super) const START_BYTES: u64 = 1 << 16;

/// `start` is what a text begins with, `first_lines` its first whole lines.
pub(super) fn choose(part: &Part<'_>, start: &str, first_lines: &[u8]) -> Choice {
    let is_json = json::looks_like_it(start);
    let is_whole = (start.len() as u64) < START_BYTES;
    match part.origin {
        Origin::JsonLines if is_json => return Choice::Whole(ListFormat::JsonLines),
        Origin::Json if json::looks_like_lines(start) => {
            return Choice::Whole(ListFormat::JsonLines);
        }
        Origin::Json if is_json => return Choice::Whole(ListFormat::Json),
        Origin::Markdown => return Choice::Whole(ListFormat::Markdown),
        Origin::Html => return Choice::Whole(ListFormat::Html),
        // Some programs call a page a spreadsheet.
        _ if html::looks_like_it(start) => return Choice::Whole(ListFormat::Html),
        Origin::Unknown if is_json && json::looks_like_lines(start) => {
            return Choice::Whole(ListFormat::JsonLines);
        }
        Origin::Unknown if is_json && json::is_list(start, is_whole) => {
            return Choice::Whole(ListFormat::Json);
        }
        _ => {}
    }
    let (format, cells, sample) = rows_of(part.origin, first_lines);
    Choice::Rows(format, cells, sample)
}

fn rows_of(origin: Origin, text: &[u8]) -> (ListFormat, Cells, Sample) {
    let whole = || (ListFormat::Text, Cells::Whole, sample_of(text, Cells::Whole));
    let quote = quote_of(text);
    let separated = |delimiter| Cells::Separated { delimiter, quote: Some(quote) };
    let tabs = || sample_of(text, separated(b'\t'));
    let best_of = |delimiters: &[u8]| best_of(text, delimiters, quote);
    match origin {
        Origin::Tsv => (ListFormat::Tsv, separated(b'\t'), tabs()),
        Origin::Csv => match best_of(b",;\t|") {
            Some((b'\t', sample)) => (ListFormat::Tsv, separated(b'\t'), sample),
            Some((delimiter, sample)) => (ListFormat::Csv, separated(delimiter), sample),
            // One column. Commas here and there belong to the texts then.
            None => {
                let sample = sample_of(text, separated(b','));
                if sample.agreement < 1.0 {
                    whole()
                } else {
                    (ListFormat::Csv, separated(b','), sample)
                }
            }
        },
        // Spreadsheets put tabs into what they copy and into their .txt files;
        // commas are no sign of columns there, unless a header names them.
        _ => {
            let tabbed = tabs();
            if tabbed.columns > 1 && tabbed.agreement >= 0.7 {
                return (ListFormat::Tsv, separated(b'\t'), tabbed);
            }
            match best_of(b",;|") {
                Some((delimiter, sample))
                    if origin == Origin::Unknown
                        && sample.agreement >= 0.9
                        && sample.rows.first().is_some_and(|row| columns::names_columns(row)) =>
                {
                    (ListFormat::Csv, separated(delimiter), sample)
                }
                _ => whole(),
            }
        }
    }
}

/// The sample under the delimiter that makes columns most evenly, if one does
/// for half of the rows.
fn best_of(text: &[u8], delimiters: &[u8], quote: u8) -> Option<(u8, Sample)> {
    delimiters
        .iter()
        .map(|&delimiter| {
            (delimiter, sample_of(text, Cells::Separated { delimiter, quote: Some(quote) }))
        })
        .filter(|(_, sample)| sample.columns > 1 && sample.agreement >= 0.5)
        // The first of equals, which `max_by` would not give.
        .reduce(|best, other| if other.1.agreement > best.1.agreement { other } else { best })
}

/// The usual quotation mark, unless every other line puts cells between apostrophes.
fn quote_of(text: &[u8]) -> u8 {
    let is_quoted = |line: &&[u8]| {
        let cells = |mark: u8| line.split(move |&byte| byte == mark);
        [b',', b';', b'\t', b'|'].into_iter().flat_map(cells).any(|cell| {
            let cell = cell.trim_ascii();
            cell.len() > 2 && cell.starts_with(b"'") && cell.ends_with(b"'")
        })
    };
    if !text.contains(&b'\'') || text.contains(&b'"') {
        return b'"';
    }
    let lines = || text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).take(1_000);
    if lines().filter(is_quoted).count() * 2 >= lines().count() { b'\'' } else { b'"' }
}
