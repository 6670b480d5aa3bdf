//! Markdown: paragraphs, headings and list items, then every table.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::columns::MAX_COLUMNS;
use super::table::{Full, Table};

/// # Errors
/// `Full` when there is more than is kept.
pub(super) fn tables(markdown: &str) -> Result<Vec<Table>, Full> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut texts = Table::new("Text");
    let mut tables: Vec<Table> = Vec::new();
    let mut table = Table::default();
    let mut cells: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut is_in_table = false;
    let mut lines = LineNumbers { text: markdown, at: 0, line: 1 };
    for (event, place) in Parser::new_ext(markdown, options).into_offset_iter() {
        let is_block_end = match &event {
            Event::Start(tag) => is_block(&tag.to_end()),
            Event::End(tag) => is_block(tag),
            Event::Rule => true,
            _ => false,
        };
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::Start(Tag::Table(_)) => {
                is_in_table = true;
                table = Table::new(format!("Table {}", tables.len() + 1));
            }
            Event::Start(Tag::TableCell) => text.clear(),
            Event::End(TagEnd::TableCell) => {
                let cell = std::mem::take(&mut text);
                if cells.len() < MAX_COLUMNS {
                    cells.push(cell);
                }
            }
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => {
                table.push(lines.at(place.start), &cells)?;
                cells.clear();
            }
            Event::End(TagEnd::Table) => {
                is_in_table = false;
                tables.push(std::mem::take(&mut table));
            }
            _ => {}
        }
        if is_block_end && !is_in_table {
            if !text.trim().is_empty() {
                // A line of code is a text like a line of a list.
                let line = lines.at(place.start);
                for part in text.lines().filter(|part| !part.trim().is_empty()) {
                    texts.push(line, &[part])?;
                }
            }
            text.clear();
        }
    }
    let mut all = vec![texts];
    all.append(&mut tables);
    all.retain(|table| table.len() > 0);
    Ok(all)
}

fn is_block(tag: &TagEnd) -> bool {
    !matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell
    )
}

/// Tells lines from places that mostly grow.
struct LineNumbers<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl LineNumbers<'_> {
    fn at(&mut self, place: usize) -> u64 {
        let bytes = self.text.as_bytes();
        let newlines = |part: &[u8]| part.iter().filter(|&&byte| byte == b'\n').count() as u64;
        if place >= self.at {
            self.line += newlines(&bytes[self.at..place.min(bytes.len())]);
        } else {
            self.line -= newlines(&bytes[place..self.at]);
        }
        self.at = place.min(bytes.len());
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::rows::Row;

    #[test]
    fn blocks_become_texts_and_tables_stay_tables() {
        let markdown = "# Fruit *we* like\n\n- apple\n- **pear**\n  - plum\n\nA [link](http://a.b) on\ntwo lines.\n\n| word | kind |\n|---|---|\n| fig | fruit |\n\n<script>alert(1)</script>\n\nlast & least\n";
        let tables = tables(markdown).expect("a small text");
        let mut rows = Vec::new();
        for table in &tables {
            let taken: Result<(), ()> = table.each_row(&mut |line, row| {
                if let Row::Cells(cells) = row {
                    rows.push((line, cells.iter().collect::<Vec<_>>().join("|")));
                }
                Ok(true)
            });
            assert_eq!(taken, Ok(()), "nothing stops it");
        }
        let texts: Vec<&str> = rows.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Fruit we like",
                "apple",
                "pear",
                "plum",
                "A link on two lines.",
                "last & least",
                "word|kind",
                "fig|fruit"
            ],
            "texts without marks, then the table; no scripts"
        );
        assert_eq!(rows[4].0, 7, "the line where a paragraph begins");
    }
}
