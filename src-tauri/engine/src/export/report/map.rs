//! The map: the one that was laid out, else the broadest differences.

use super::super::html::Page;
use super::super::palette;
use super::{Report, pictures};
use crate::analyse::centring::Centred;
use crate::analyse::map::{Method, lay_out};
use crate::error::Result;
use crate::items::ItemId;
use crate::monitor::{Monitor, Quiet};
use crate::topics::Topic;
use crate::vectors::Vectors;
use crate::workbook::MapKey;

/// Points that are drawn one by one; more are a picture of pixels.
const MOST_POINTS: usize = 3_000;
/// The picture's units, and how far points stay from its edge.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 680.0;
const EDGE: f64 = 24.0;
/// Pixels of a unit, where points are pixels.
const PX: f64 = 1.6;
/// Names of topics, at most.
const MOST_NAMES: usize = 60;
/// Points up to which every one has its text beside it, where there is room.
const MOST_WORDS: usize = 80;
/// Letters of a name, at most.
const LONGEST_NAME: usize = 32;

pub(super) fn section(report: &Report<'_>, page: &mut Page, monitor: &dyn Monitor) -> Result<()> {
    page.markup("<section id=\"map\"><h2>Map</h2>");
    match &report.vectors {
        None => {
            page.markup(
            "<p class=\"empty\">Not all texts were read by the model yet, so there is no map.</p>",
            );
        }
        Some(_) if report.table.len() < 2 => {
            page.markup("<p class=\"empty\">It takes two texts to draw a map.</p>");
        }
        Some(vectors) => {
            let map = Laid::of(report, vectors, monitor)?;
            draw(report, &map, page, monitor)?;
        }
    }
    page.markup("</section>\n");
    Ok(())
}

/// Where the written items are, and how that was found.
struct Laid {
    method: Method,
    trustworthiness: f64,
    /// In the picture's units; `None` for an item that has no place.
    places: Vec<Option<[f64; 2]>>,
}

impl Laid {
    fn of(report: &Report<'_>, vectors: &Vectors, monitor: &dyn Monitor) -> Result<Self> {
        let (workbook, table) = (report.table.workbook, report.table);
        for method in [Method::Umap, Method::Tsne, Method::Pca] {
            let key = MapKey { model: workbook.model(), method, dims: 2 };
            if let Some(found) = workbook.map(&key)?.filter(|found| !found.is_stale) {
                let positions = &found.map().positions;
                let at = |item: &ItemId| positions.get(item.index() * 2..item.index() * 2 + 2);
                let trustworthiness = found.map().trustworthiness;
                let places = fitted(table.order.iter().map(at).collect());
                return Ok(Self { method, trustworthiness, places });
            }
        }
        let rows = vectors.select(table.order.iter().map(|item| item.index()));
        let rows = Centred::of(&rows).rows;
        let (method, quiet) = (Method::Pca, Quiet(monitor));
        let map = lay_out(&rows, method, 2, None, workbook.seed(), &quiet, &mut |_| ())?;
        let places = fitted(map.positions.chunks_exact(2).map(Some).collect());
        Ok(Self { method, trustworthiness: map.trustworthiness, places })
    }
}

/// Positions in the picture's units, as large as they fit.
fn fitted(positions: Vec<Option<&[f32]>>) -> Vec<Option<[f64; 2]>> {
    let places: Vec<Option<[f64; 2]>> = positions
        .into_iter()
        .map(|place| place.map(|place| [f64::from(place[0]), -f64::from(place[1])]))
        .map(|place| place.filter(|place| place.iter().all(|value| value.is_finite())))
        .collect();
    let range = |axis: usize| {
        let values = places.iter().flatten().map(|place| place[axis]);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if low <= high { (low, high) } else { (0.0, 0.0) }
    };
    let ((left, right), (top, bottom)) = (range(0), range(1));
    let room = [WIDTH - 2.0 * EDGE, HEIGHT - 2.0 * EDGE];
    let scale = (room[0] / (right - left).max(1e-9)).min(room[1] / (bottom - top).max(1e-9));
    let middle = [(left + right) / 2.0, (top + bottom) / 2.0];
    let fit = |[x, y]: [f64; 2]| {
        [WIDTH / 2.0 + (x - middle[0]) * scale, HEIGHT / 2.0 + (y - middle[1]) * scale]
    };
    places.into_iter().map(|place| place.map(fit)).collect()
}

fn draw(report: &Report<'_>, map: &Laid, page: &mut Page, monitor: &dyn Monitor) -> Result<()> {
    let count = map.places.iter().flatten().count();
    page.markup("<p class=\"lead\">Every point is a text; what is near means something similar");
    page.markup(if report.has_topics() {
        ". Colour and shape tell the topic.</p>"
    } else {
        ".</p>"
    });
    page.markup(
        "<figure class=\"map\"><svg viewBox=\"0 0 1000 680\" role=\"img\" aria-label=\"Map of ",
    );
    page.count(count).markup(" texts\">");
    if count <= MOST_POINTS {
        points(report, map, page, monitor)?;
    } else {
        page.markup("<image width=\"1000\" height=\"680\" href=\"");
        page.picture(&pixels(report, map)?).markup("\"/>");
    }
    names(report, map, page);
    page.markup("</svg><figcaption><span>Laid out by ").markup(match map.method {
        Method::Umap => "UMAP, which keeps neighbours together",
        Method::Tsne => "t-SNE, which makes tight clusters",
        Method::Pca => "PCA, which shows the broadest differences",
    });
    page.markup(".</span><span>Neighbours kept: ").percent(map.trustworthiness);
    page.markup("</span></figcaption></figure>");
    Ok(())
}

/// Items and their places.
type Placed = Vec<(ItemId, [f64; 2])>;

/// Topics with the places of their members, Unsorted first, so that it lies below.
fn groups<'a>(report: &'a Report<'_>, map: &'a Laid) -> Vec<(Option<&'a Topic>, Placed)> {
    let table = report.table;
    let mut groups: Vec<Placed> = vec![Vec::new(); report.groups.len()];
    let unsorted = groups.len() - 1;
    for (&item, place) in table.order.iter().zip(&map.places) {
        if let Some(place) = place {
            groups[table.topic_of(item).unwrap_or(unsorted)].push((item, *place));
        }
    }
    let last = groups.pop().unwrap_or_default();
    let topics = table.sorting.topics.iter().map(Some).zip(groups);
    [(None, last)].into_iter().chain(topics).collect()
}

fn points(report: &Report<'_>, map: &Laid, page: &mut Page, monitor: &dyn Monitor) -> Result<()> {
    let count = map.places.len();
    let size = if count <= 150 {
        13.0
    } else if count <= 800 {
        10.0
    } else {
        7.0
    };
    let groups = groups(report, map);
    page.markup("<defs>");
    let shape =
        |topic: Option<&Topic>| topic.map_or(palette::ROUND, |topic| palette::shape(topic.colour));
    let mut drawn = [false; palette::SHAPES.len()];
    for (topic, _) in &groups {
        let shape = shape(*topic);
        if !std::mem::replace(&mut drawn[shape], true) {
            page.markup("<path id=\"shape-").number(shape as f64).markup("\" transform=\"scale(");
            page.number(size / 24.0).markup(") translate(-12 -12)\" d=\"");
            page.markup(palette::SHAPES[shape]).markup("\"/>");
        }
    }
    page.markup("</defs>");
    for (topic, members) in &groups {
        monitor.check()?;
        page.markup("<g class=\"points\" fill=\"");
        pictures::colour(page, *topic);
        page.markup("\">");
        for (item, [x, y]) in members {
            page.markup("<use href=\"#shape-").number(shape(*topic) as f64);
            page.markup("\" x=\"").number(round(*x)).markup("\" y=\"").number(round(*y));
            page.markup("\"><title>").text(&report.table.items[item.index()].text);
            page.markup("</title></use>");
        }
        page.markup("</g>");
    }
    Ok(())
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The points as pixels: small discs, the topics mixed so that none covers the others.
fn pixels(report: &Report<'_>, map: &Laid) -> Result<Vec<u8>> {
    let (width, height) = ((WIDTH * PX) as usize, (HEIGHT * PX) as usize);
    let mut colours: Vec<[u8; 3]> =
        (0..8).map(|place| palette::channels(palette::colour(place))).collect();
    colours.push(palette::channels(palette::UNSORTED));
    let clear = colours.len() as u8;
    colours.push([0; 3]);
    let radius = if map.places.len() <= 20_000 { 2.2 } else { 1.6 };
    let mut pixels = vec![clear; width * height];
    let topics = &report.table.sorting.topics;
    let mut put = |[x, y]: [f64; 2], colour: u8| {
        let (x, y, reach) = (x * PX, y * PX, radius as i64 + 1);
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let (px, py) = (x as i64 + dx, y as i64 + dy);
                let away = (px as f64 + 0.5 - x).hypot(py as f64 + 0.5 - y);
                if away <= radius && px >= 0 && py >= 0 && px < width as i64 && py < height as i64 {
                    pixels[py as usize * width + px as usize] = colour;
                }
            }
        }
    };
    // A stride that meets every item once spreads the list's order over the drawing.
    let count = map.places.len();
    let stride = (0..).map(|more| count * 5 / 8 + 1 + more).find(|&stride| coprime(stride, count));
    for is_sorted in [false, true] {
        for step in 0..count {
            let at = step * stride.unwrap_or(1) % count;
            let topic = report.table.topic_of(report.table.order[at]);
            if let Some(place) = map.places[at].filter(|_| topic.is_some() == is_sorted) {
                put(place, topic.map_or(8, |topic| (topics[topic].colour % 8) as u8));
            }
        }
    }
    pictures::png(width, height, &pixels, &colours)
}

fn coprime(mut a: usize, mut b: usize) -> bool {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

/// A name where most of its topic is, large topics first; then, where there are few, the texts
/// themselves. None covers another.
fn names(report: &Report<'_>, map: &Laid, page: &mut Page) {
    let mut groups = groups(report, map);
    groups.retain(|(topic, members)| topic.is_some() && !members.is_empty());
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    let mut taken = Taken::default();
    let few = map.places.len() <= MOST_WORDS;
    if few {
        taken
            .0
            .extend(map.places.iter().flatten().map(|[x, y]| [x - 8.0, y - 8.0, x + 8.0, y + 8.0]));
    }
    for (topic, members) in groups.into_iter().take(MOST_NAMES) {
        let Some(topic) = topic else { continue };
        let name = shortened(&topic.name);
        let away: &[f64] =
            if few { &[-28.0, 38.0, -50.0, 60.0, -72.0] } else { &[0.0, -22.0, 22.0, -40.0, 40.0] };
        let Some([x, y, half]) = taken.take(&name, densest(&members), 8.6, away) else { continue };
        page.markup("<rect class=\"under\" x=\"").number(round(x - half));
        page.markup("\" y=\"").number(round(y + 4.0)).markup("\" width=\"");
        page.number(round(2.0 * half)).markup("\" height=\"2\" fill=\"");
        pictures::colour(page, Some(topic));
        page.markup("\"/><text x=\"").number(round(x)).markup("\" y=\"").number(round(y));
        page.markup("\">").text(&name).markup("</text>");
    }
    for (item, place) in report.table.order.iter().zip(&map.places).filter(|_| few) {
        let text = shortened(&report.table.items[item.index()].text);
        let Some(place) = *place else { continue };
        let Some([x, y, _]) = taken.take(&text, place, 7.2, &[24.0, -13.0]) else { continue };
        page.markup("<text class=\"word\" x=\"")
            .number(round(x))
            .markup("\" y=\"")
            .number(round(y));
        page.markup("\">").text(&text).markup("</text>");
    }
}

/// Where something is written or drawn already: left, top, right, bottom.
#[derive(Default)]
struct Taken(Vec<[f64; 4]>);

impl Taken {
    /// A free place for a text at `place`, so far down from it: its middle, its line, and half its width.
    fn take(&mut self, text: &str, place: [f64; 2], letter: f64, away: &[f64]) -> Option<[f64; 3]> {
        const PAD: f64 = 5.0;
        const LINE: f64 = 20.0;
        let widths = text.chars().map(|c| if c.is_ascii() { letter } else { letter * 1.6 });
        let half = widths.sum::<f64>() / 2.0;
        let room = (half + PAD).min(WIDTH / 2.0);
        let x = place[0].clamp(room, WIDTH - room);
        away.iter().find_map(|away| {
            let y = (place[1] + away).clamp(LINE, HEIGHT - LINE / 2.0);
            let own = [x - room, y - LINE * 0.75, x + room, y + LINE * 0.25];
            let is_free = self.0.iter().all(|other| {
                own[0] >= other[2] || own[2] <= other[0] || own[1] >= other[3] || own[3] <= other[1]
            });
            is_free.then(|| {
                self.0.push(own);
                [x, y, half]
            })
        })
    }
}

fn shortened(name: &str) -> String {
    use unicode_segmentation::UnicodeSegmentation as _;
    let letters: Vec<&str> = name.graphemes(true).take(LONGEST_NAME + 1).collect();
    if letters.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    format!("{}\u{2026}", letters[..LONGEST_NAME - 1].concat().trim_end())
}

/// The middle of the half of the members that is closest to the medians: unlike the mean it is
/// hardly moved by those that lie elsewhere.
fn densest(members: &[(ItemId, [f64; 2])]) -> [f64; 2] {
    let median = |axis: usize| {
        let mut values: Vec<f64> = members.iter().map(|(_, place)| place[axis]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let middle = [median(0), median(1)];
    let mut near: Vec<[f64; 2]> = members.iter().map(|&(_, place)| place).collect();
    let away = |place: &[f64; 2]| (place[0] - middle[0]).hypot(place[1] - middle[1]);
    near.sort_by(|a, b| away(a).total_cmp(&away(b)));
    near.truncate(members.len().div_ceil(2));
    let mean = |axis: usize| near.iter().map(|place| place[axis]).sum::<f64>() / near.len() as f64;
    [mean(0), mean(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_fill_the_picture_and_keep_their_proportions() {
        let places =
            fitted(vec![Some(&[0.0, 0.0]), Some(&[2.0, 1.0]), Some(&[f32::NAN, 1.0]), None]);
        let [Some(a), Some(b), None, None] = places[..] else { panic!("{places:?}") };
        assert_eq!((a[0], b[0]), (EDGE, WIDTH - EDGE), "as wide as there is room");
        assert!(((a[1] - b[1]) * 2.0 - (b[0] - a[0])).abs() < 1e-9, "half as high, up being up");
        let one = fitted(vec![Some(&[3.0, 3.0])]);
        assert_eq!(one, [Some([WIDTH / 2.0, HEIGHT / 2.0])], "a single place is the middle");
    }

    #[test]
    fn long_names_are_cut_between_letters() {
        assert_eq!(shortened("fruit"), "fruit", "short names stay");
        let family = "👩‍👩‍👧‍👦".repeat(40);
        assert_eq!(shortened(&family), format!("{}…", "👩‍👩‍👧‍👦".repeat(31)), "never inside of one");
    }
}
