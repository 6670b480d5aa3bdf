//! The heatmap as a picture: how alike all pairs are.

use std::sync::Arc;

use super::super::digest;
use super::super::html::{Page, percent};
use super::super::palette::{self, viridis};
use super::{Report, pictures};
use crate::analyse::heatmap::{Heatmap, NOTHING, Range, TILE_CELLS};
use crate::analyse::statistics::pair_statistics;
use crate::error::Result;
use crate::items::ItemId;
use crate::monitor::Monitor;
use crate::vectors::Vectors;

/// Cells along each side, at most.
const MOST_CELLS: usize = 800;
/// Pixels along each side that a picture of few cells is enlarged to.
const USUAL_PX: usize = 720;
/// How large a picture is shown: a few cells need not fill the page.
const MOST_CELL_PX: usize = 64;
const LEAST_PX: usize = 180;
/// How thick the bands of the topics are, and how far from the cells.
const BAND_PX: usize = 10;
const GAP_PX: usize = 4;
/// Steps of viridis; the other places of the palette are those of the topics and of nothing.
const STEPS: usize = 240;
/// Items up to which every row has its word beside it.
const MOST_ROWS_NAMED: usize = 40;
/// How far apart names stand, as a share of the height.
const APART: f64 = 0.028;

pub(super) fn section(report: &Report<'_>, page: &mut Page, monitor: &dyn Monitor) -> Result<()> {
    page.markup("<section id=\"heatmap\"><h2>Heatmap</h2>");
    match &report.vectors {
        None => {
            page.markup(
            "<p class=\"empty\">Not all texts were read by the model yet, so there is no heatmap.</p>",
            );
        }
        Some(_) if report.table.len() < 2 => {
            page.markup("<p class=\"empty\">It takes two texts to compare.</p>");
        }
        Some(vectors) => {
            figure(report, vectors, page, monitor)?;
        }
    }
    page.markup("</section>\n");
    Ok(())
}

fn figure(
    report: &Report<'_>,
    vectors: &Arc<Vectors>,
    page: &mut Page,
    monitor: &dyn Monitor,
) -> Result<()> {
    let table = report.table;
    let order = digest::in_heatmap_order(table, vectors)?;
    monitor.check()?;
    let whole = if table.is_all { Some(table.workbook.heatmap()?) } else { None };
    let (heatmap, statistics) =
        if let Some(whole) = whole.filter(|whole| whole.len() == order.len()) {
            (whole, table.workbook.pair_statistics()?)
        } else {
            let rows = Arc::new(vectors.select(order.iter().map(|item| item.index())));
            let statistics = Arc::new(pair_statistics(&rows, table.workbook.seed()));
            (Arc::new(Heatmap::new(rows, (0..order.len() as u32).collect())), statistics)
        };
    monitor.check()?;
    let (low, high) = statistics.colour_range();
    let cells = Cells::of(&heatmap, Range { low, high }, monitor)?;
    let tree = table.is_all && table.workbook.tree().is_some();
    page.markup("<p class=\"lead\">Every row and every column is a text, in the same order");
    page.markup(match (tree, report.has_topics()) {
        (true, _) => ", that of the tree: what is alike stands together",
        (false, true) => ", topic by topic; the bands show which",
        (false, false) => ": what is alike stands together",
    });
    page.markup(". The brighter a cell, the more alike its two texts are.");
    if cells.items_per_cell > 1 {
        page.markup(" A cell is the mean of ").count(cells.items_per_cell).markup(" by ");
        page.count(cells.items_per_cell).markup(" texts.");
    }
    page.markup("</p><figure class=\"heatmap\"><div class=\"plate\"><img alt=\"Heatmap of ");
    page.count(order.len()).markup(" by ").count(order.len()).markup(" similarities\" src=\"");
    let (side, png) = picture(report, &cells, &order)?;
    page.picture(&png).markup("\" style=\"width:");
    page.number((cells.side * MOST_CELL_PX).clamp(LEAST_PX, USUAL_PX) as f64).markup("px\">");
    names(report, &cells, &order, side, page);
    page.markup("</div><figcaption><span class=\"scale\">");
    page.text(&percent(f64::from(low))).markup("<span class=\"ramp\"></span>");
    page.text(&percent(f64::from(high)));
    page.markup(" alike</span><span>Half of all pairs are less than ");
    let middle = statistics.quantiles.get(statistics.quantiles.len() / 2).copied().unwrap_or(0.0);
    page.percent(f64::from(middle)).markup(" alike.</span></figcaption></figure>");
    Ok(())
}

/// Values of a whole level of a heatmap.
struct Cells {
    side: usize,
    items_per_cell: usize,
    values: Vec<u8>,
}

impl Cells {
    /// The finest level that is not too large.
    fn of(heatmap: &Heatmap, range: Range, monitor: &dyn Monitor) -> Result<Self> {
        let mut level = 0;
        while heatmap.len().div_ceil(1 << level) > MOST_CELLS {
            level += 1;
        }
        let side = heatmap.len().div_ceil(1 << level);
        let mut values = vec![NOTHING; side * side];
        for row in 0..side.div_ceil(TILE_CELLS) {
            for column in 0..side.div_ceil(TILE_CELLS) {
                monitor.check()?;
                let tile = heatmap.tile(level, row, column, range);
                let (top, left) = (row * TILE_CELLS, column * TILE_CELLS);
                let width = TILE_CELLS.min(side - left);
                for (line, values) in values
                    .chunks_exact_mut(side)
                    .skip(top)
                    .take(TILE_CELLS)
                    .zip(tile.chunks(TILE_CELLS))
                {
                    line[left..][..width].copy_from_slice(&values[..width]);
                }
            }
        }
        Ok(Self { side, items_per_cell: 1 << level, values })
    }
}

/// The cells with the bands of the topics along two sides, and the pixels of a side.
fn picture(report: &Report<'_>, cells: &Cells, order: &[ItemId]) -> Result<(usize, Vec<u8>)> {
    let topics = &report.table.sorting.topics;
    let mut colours: Vec<[u8; 3]> =
        (0..STEPS).map(|at| viridis(at as f32 / (STEPS - 1) as f32)).collect();
    let first_topic = colours.len() as u8;
    colours.extend((0..8).map(|place| palette::channels(palette::colour(place))));
    let unsorted = colours.len() as u8;
    colours.push(palette::channels(palette::UNSORTED));
    let clear = colours.len() as u8;
    colours.push([0; 3]);

    let scale = (USUAL_PX / cells.side).max(1);
    let before = if report.has_topics() { BAND_PX + GAP_PX } else { 0 };
    let width = before + cells.side * scale;
    let band = |px: usize| {
        let item = order[((px - before) / scale * cells.items_per_cell).min(order.len() - 1)];
        report
            .table
            .topic_of(item)
            .map_or(unsorted, |topic| first_topic + (topics[topic].colour % 8) as u8)
    };
    let colour = |value: u8| match value {
        NOTHING => clear,
        value => (usize::from(value) * (STEPS - 1) / 254) as u8,
    };
    let mut pixels = vec![clear; width * width];
    for (y, line) in pixels.chunks_exact_mut(width).enumerate() {
        for (x, pixel) in line.iter_mut().enumerate() {
            *pixel = match (x >= before, y >= before) {
                (true, true) => {
                    let (row, column) = ((y - before) / scale, (x - before) / scale);
                    colour(cells.values[row * cells.side + column])
                }
                (true, false) if y < BAND_PX => band(x),
                (false, true) if x < BAND_PX => band(y),
                _ => clear,
            };
        }
    }
    Ok((width, pictures::png(width, width, &pixels, &colours)?))
}

/// Words of few rows, else names of topics beside their bands.
fn names(report: &Report<'_>, cells: &Cells, order: &[ItemId], side: usize, page: &mut Page) {
    let before = if report.has_topics() { (BAND_PX + GAP_PX) as f64 / side as f64 } else { 0.0 };
    let height =
        |place: f64| before + (1.0 - before) * place / (cells.side * cells.items_per_cell) as f64;
    page.markup("<ol class=\"beside\">");
    let put = |page: &mut Page, at: f64| {
        page.markup("<li style=\"top:").number(at * 100.0).markup("%\">");
    };
    if order.len() <= MOST_ROWS_NAMED {
        for (place, item) in order.iter().enumerate() {
            put(page, height(place as f64 + 0.5));
            page.markup("<bdi>").text(&report.table.items[item.index()].text);
            page.markup("</bdi></li>");
        }
    } else if report.has_topics() {
        // Long stretches first: they have more right to a name.
        let mut stretches: Vec<(usize, usize)> = Vec::new();
        for (place, item) in order.iter().enumerate() {
            let topic = report.table.topic_of(*item);
            let last = stretches.last().map(|&(start, _)| report.table.topic_of(order[start]));
            match stretches.last_mut() {
                Some((_, end)) if last == Some(topic) => *end = place + 1,
                _ => stretches.push((place, place + 1)),
            }
        }
        stretches.sort_by_key(|&(start, end)| (std::cmp::Reverse(end - start), start));
        let mut taken: Vec<f64> = Vec::new();
        for (start, end) in stretches {
            let at = height((start + end) as f64 / 2.0);
            if taken.len() >= 40 || taken.iter().any(|other| (other - at).abs() < APART) {
                continue;
            }
            taken.push(at);
            put(page, at);
            let topic = report.table.topic_of(order[start]);
            let topic = topic.map(|topic| &report.table.sorting.topics[topic]);
            pictures::mark(page, topic);
            page.markup("<bdi>").text(topic.map_or("Unsorted", |topic| &topic.name));
            page.markup("</bdi></li>");
        }
    }
    page.markup("</ol>");
}
