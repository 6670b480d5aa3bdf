//! The table as the clipboard holds it.

use std::fmt::Write as _;

use super::html::escaped;
use super::rows::{Cell, Table};
use super::safe;
use super::vectors::on_one_line;
use crate::error::Result;
use crate::monitor::Silent;

/// Tab-separated text, and the same as a table of HTML. Spreadsheets look for formulas in both.
pub(super) fn both(table: &Table<'_>) -> Result<(String, String)> {
    let (mut text, mut html) = (String::new(), String::from("<table><thead><tr>"));
    for (place, name) in table.columns().enumerate() {
        let name = safe(name);
        put(&mut text, place, &name);
        html.push_str("<th>");
        html.push_str(&escaped(&name));
        html.push_str("</th>");
    }
    html.push_str("</tr></thead><tbody>");
    table.for_each(&Silent, |_, row| {
        text.push('\n');
        html.push_str("<tr>");
        for (place, cell) in row.cells().enumerate() {
            let cell = match cell {
                Cell::Text(text) => safe(text).into_owned(),
                Cell::Figure(figure) => figure,
            };
            put(&mut text, place, &cell);
            // Writing into a string cannot fail.
            let _ = write!(html, "<td>{}</td>", escaped(&cell));
        }
        html.push_str("</tr>");
        Ok(())
    })?;
    text.push('\n');
    html.push_str("</tbody></table>");
    Ok((text, html))
}

fn put(line: &mut String, place: usize, cell: &str) {
    if place > 0 {
        line.push('\t');
    }
    line.push_str(&on_one_line(cell));
}
