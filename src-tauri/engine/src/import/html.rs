//! HTML: paragraphs, headings and list items, then every table. Scripts and
//! styles are no text, and nothing is fetched.

use scraper::node::Element;
use scraper::{Html, Node};

use super::archive::TOO_LARGE;
use super::columns::MAX_COLUMNS;
use super::table::{Full, Table};
use crate::sentence::Sentence;

/// Elements in elements beyond this take the parser ever longer.
const MAX_DEPTH: usize = 500;

/// Rows that one cell may go over.
const MAX_SPAN: usize = 1_000;

/// Whether `html` holds a table.
pub(super) fn has_table(html: &str) -> bool {
    html.as_bytes().windows(6).any(|window| window.eq_ignore_ascii_case(b"<table"))
}

/// Whether `text` begins as a page or a copied table does.
pub(super) fn looks_like_it(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(20).collect::<String>().to_lowercase();
    ["<!doctype html", "<html", "<table", "<head", "<body"].iter().any(|tag| start.starts_with(tag))
}

/// # Errors
/// A sentence when it is nested too deeply or too large.
pub(super) fn tables(html: &str) -> Result<Vec<Table>, Sentence> {
    if depth(html) > MAX_DEPTH {
        return Err(sentence!(
            "This page is nested too deeply to be read. Copy the list out of it and paste it here."
        ));
    }
    let page = Html::parse_document(html);
    let mut gathered = Gathered { texts: Table::new("Text"), ..Gathered::default() };
    let full = |_: Full| TOO_LARGE;
    let mut node = page.tree.root();
    'page: loop {
        match node.value() {
            Node::Text(text) => gathered.text(text),
            Node::Element(element) => gathered.open(element).map_err(full)?,
            _ => {}
        }
        if let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            if let Node::Element(element) = node.value() {
                gathered.close(element.name()).map_err(full)?;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => break 'page,
            }
        }
    }
    gathered.end_text().map_err(|_| TOO_LARGE)?;
    let mut tables = vec![gathered.texts];
    tables.append(&mut gathered.tables);
    tables.retain(|table| table.len() > 0);
    Ok(tables)
}

#[derive(Default)]
struct Gathered {
    texts: Table,
    tables: Vec<Table>,
    text: String,
    /// How deep in what is no text.
    hidden: u32,
    /// How deep in tables: what is in a table in a cell belongs to the cell.
    depth: u32,
    table: Table,
    cells: Vec<String>,
    /// Columns and rows that the cell at hand takes.
    span: (usize, usize),
    /// In how many more rows each column is taken by a cell above.
    taken: Vec<usize>,
}

impl Gathered {
    fn text(&mut self, text: &str) {
        if self.hidden == 0 {
            self.text.push_str(text);
        }
    }

    fn open(&mut self, element: &Element) -> Result<(), Full> {
        let name = element.name();
        if is_hidden(name) {
            self.hidden += 1;
        }
        if self.hidden > 0 {
            return Ok(());
        }
        match name {
            "table" => {
                if self.depth == 0 {
                    self.end_text()?;
                    self.table = Table::new(format!("Table {}", self.tables.len() + 1));
                    self.taken.clear();
                }
                self.depth += 1;
            }
            "tr" if self.depth == 1 => self.cells.clear(),
            "td" | "th" if self.depth == 1 => {
                self.text.clear();
                let span = |name: &str| {
                    element.attr(name).and_then(|span| span.trim().parse().ok()).unwrap_or(1)
                };
                self.span =
                    (span("colspan").clamp(1, MAX_COLUMNS), span("rowspan").clamp(1, MAX_SPAN));
            }
            _ if is_block(name) => self.end_text()?,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), Full> {
        if is_hidden(name) {
            self.hidden = self.hidden.saturating_sub(1);
            return Ok(());
        }
        if self.hidden > 0 {
            return Ok(());
        }
        match name {
            "table" => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.text.clear();
                    self.tables.push(std::mem::take(&mut self.table));
                }
            }
            "td" | "th" if self.depth == 1 => self.end_cell(),
            "tr" if self.depth == 1 => {
                self.skip_taken();
                let number = self.table.len() as u64 + 1;
                self.table.push(number, &self.cells)?;
                self.cells.clear();
            }
            _ if is_block(name) => self.end_text()?,
            _ => {}
        }
        Ok(())
    }

    /// What was gathered is a text of its own, or a part of a cell.
    fn end_text(&mut self) -> Result<(), Full> {
        if self.depth > 0 {
            self.text.push('\n');
            return Ok(());
        }
        if !self.text.trim().is_empty() {
            let number = self.texts.len() as u64 + 1;
            self.texts.push(number, &[self.text.trim()])?;
        }
        self.text.clear();
        Ok(())
    }

    fn end_cell(&mut self) {
        self.skip_taken();
        let text = std::mem::take(&mut self.text);
        let (columns, rows) = self.span;
        let mut text = Some(text.trim().to_owned());
        for _ in 0..columns {
            if self.cells.len() == MAX_COLUMNS {
                break;
            }
            if self.taken.len() <= self.cells.len() {
                self.taken.resize(self.cells.len() + 1, 0);
            }
            self.taken[self.cells.len()] = rows - 1;
            self.cells.push(text.take().unwrap_or_default());
        }
    }

    /// Leaves the columns empty that cells of earlier rows reach down to.
    fn skip_taken(&mut self) {
        while let Some(rows) = self.taken.get_mut(self.cells.len())
            && *rows > 0
        {
            *rows -= 1;
            self.cells.push(String::new());
        }
    }
}

fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "head"
            | "svg"
            | "math"
            | "iframe"
            | "object"
    )
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "br"
            | "button"
            | "caption"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "option"
            | "p"
            | "pre"
            | "section"
            | "select"
            | "summary"
            | "textarea"
            | "ul"
    )
}

/// About how deep elements stand in elements, those left out that end by themselves.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for part in html.split('<').skip(1) {
        let (is_end, rest) = match part.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, part),
        };
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = rest[..length].to_ascii_lowercase();
        let ends_by_itself = matches!(
            name.as_str(),
            "" | "area"
                | "base"
                | "br"
                | "col"
                | "embed"
                | "hr"
                | "img"
                | "input"
                | "link"
                | "meta"
                | "param"
                | "source"
                | "track"
                | "wbr"
                | "p"
                | "li"
                | "dt"
                | "dd"
                | "td"
                | "th"
                | "tr"
                | "option"
                | "html"
                | "body"
        );
        if ends_by_itself || rest.split('>').next().is_some_and(|tag| tag.ends_with('/')) {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::rows::Row;

    fn rows(table: &Table) -> Vec<String> {
        let mut rows = Vec::new();
        let taken: Result<(), ()> = table.each_row(&mut |_, row| {
            if let Row::Cells(cells) = row {
                rows.push(cells.iter().collect::<Vec<_>>().join("|"));
            }
            Ok(true)
        });
        assert_eq!(taken, Ok(()), "nothing stops it");
        rows
    }

    #[test]
    fn pages_become_texts_and_tables() {
        let page = "<!doctype html><head><title>no</title><style>p{}</style></head>
            <h1>Fruit &amp; more</h1><script>alert('no')</script><ul><li>apple<li>pear <b>tree</b></ul>
            <table><tr><th>word<th>kind<tr><td rowspan=2>fig<td>fruit<tr><td>tree
            <tr><td colspan=2>both<tr><td><table><tr><td>inner</table><td>outer</table><p>last<br>line";
        let tables = tables(page).expect("a small page");
        assert_eq!(
            rows(&tables[0]),
            ["Fruit & more", "apple", "pear tree", "last", "line"],
            "texts, and nothing that is not shown"
        );
        assert_eq!(
            rows(&tables[1]),
            ["word|kind", "fig|fruit", "|tree", "both|", "inner|outer"],
            "cells stay in their columns"
        );
    }

    #[test]
    fn depth_is_told_before_parsing() {
        let open = "<div>".repeat(100_000);
        assert!(tables(&open).is_err(), "nested too deeply");
        let list = "<ul>".to_owned() + &"<li>apple<p>pear".repeat(10_000);
        assert!(depth(&list) < 3, "items that end by themselves are not deep");
    }
}
