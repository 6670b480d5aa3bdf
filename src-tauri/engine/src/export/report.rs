//! The report: one page of HTML that opens anywhere, prints well and holds nothing that runs.
//!
//! No scripts, no addresses but pictures inside the page, and every text through one function
//! that escapes it.

mod heatmap;
mod map;
mod pictures;
mod topics;

use std::io::Write as _;
use std::path::Path;

use super::Facts;
use super::digest;
use super::html::Page;
use super::rows::Table;
use super::target;
use crate::analyse::profile::TopicProfile;
use crate::error::Result;
use crate::items::ItemId;
use crate::monitor::{Monitor, Stage};
use crate::sentence::grouped;
use crate::topics::Topic;
use crate::vectors::Vectors;

/// Writes a part of the page.
type Part = fn(&Report<'_>, &mut Page, &dyn Monitor) -> Result<()>;

const STYLE: &str = include_str!("report/report.css");

/// What every part of the page is made of.
struct Report<'a> {
    table: &'a Table<'a>,
    facts: &'a Facts,
    vectors: Option<std::sync::Arc<Vectors>>,
    profiles: Vec<Option<TopicProfile>>,
    /// The written items of every topic, Unsorted last.
    groups: Vec<Vec<ItemId>>,
    unit: Unit,
}

/// What the texts of a list are called.
#[derive(Clone, Copy)]
enum Unit {
    Words,
    Phrases,
    Sentences,
}

pub(super) fn write(
    table: &Table<'_>,
    path: &Path,
    facts: &Facts,
    monitor: &dyn Monitor,
) -> Result<()> {
    let report = Report {
        table,
        facts,
        vectors: digest::vectors(table)?,
        profiles: digest::profiles(table)?,
        groups: digest::groups(table),
        unit: Unit::of(table),
    };
    let mut page = Page::default();
    page.markup("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.markup(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">",
    );
    page.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    page.markup("<meta name=\"color-scheme\" content=\"light dark\"><title>");
    page.text(table.workbook.name()).markup(" - Kindred</title><style>").markup(STYLE);
    page.markup("</style></head>\n<body>");
    let steps: [Part; 6] = [
        |report, page, _| report.head(page),
        map::section,
        heatmap::section,
        topics::section,
        |report, page, _| report.method(page),
        |report, page, _| report.foot(page),
    ];
    for (done, step) in steps.iter().enumerate() {
        monitor.check()?;
        monitor.progress(Stage::Exporting, done * table.len() / steps.len(), table.len());
        step(&report, &mut page, monitor)?;
    }
    page.markup("</body></html>\n");
    let page = page.finish();
    target::write(path, monitor, |file| {
        for part in page.as_bytes().chunks(1 << 16) {
            file.write_all(part).map_err(|error| target::broken(path, &error))?;
        }
        monitor.progress(Stage::Exporting, table.len(), table.len());
        Ok(())
    })
}

impl<'a> Report<'a> {
    /// Topics that have written items, with those, in their order.
    fn topics(&self) -> impl Iterator<Item = (&'a Topic, Option<&TopicProfile>, &[ItemId])> {
        let topics = self.table.sorting.topics.iter().zip(&self.profiles).zip(&self.groups);
        topics
            .map(|((topic, profile), members)| (topic, profile.as_ref(), members.as_slice()))
            .filter(|(_, _, members)| !members.is_empty())
    }

    fn unsorted(&self) -> &[ItemId] {
        self.groups.last().map_or(&[], Vec::as_slice)
    }

    fn has_topics(&self) -> bool {
        self.groups.len() > 1 && self.unsorted().len() < self.table.len()
    }

    /// Title, figures, and where to find what.
    fn head(&self, page: &mut Page) -> Result<()> {
        let table = self.table;
        page.markup("<header><div class=\"brand\">").markup(MARK).markup("Kindred</div><h1><bdi>");
        page.text(table.workbook.name()).markup("</bdi></h1><p class=\"lead\">");
        self.summary(page);
        page.markup("</p><dl class=\"facts\">");
        let fact = |page: &mut Page, name: &'static str, value: &str| {
            if !value.is_empty() {
                page.markup("<div><dt>").markup(name).markup("</dt><dd><bdi>");
                page.text(value).markup("</bdi></dd></div>");
            }
        };
        fact(page, "List", table.workbook.source_name());
        fact(page, "Written", &self.facts.written_at);
        fact(page, "Model", &self.facts.model_name);
        page.markup("</dl></header>\n");
        self.contents(page);
        Ok(())
    }

    /// "564 words in 10 topics; 49 are unsorted."
    fn summary(&self, page: &mut Page) {
        let (count, all) = (self.table.len(), self.table.items.len());
        page.count(count).markup(" ").markup(self.unit.of_count(count));
        if count < all {
            page.markup(" of ").count(all);
        }
        if !self.has_topics() {
            page.markup(". No topics were found or made yet.");
            return;
        }
        let topics = self.topics().count();
        page.markup(" in ").count(topics).markup(if topics == 1 { " topic" } else { " topics" });
        match self.unsorted().len() {
            0 => page.markup("."),
            unsorted => {
                let are = if unsorted == 1 { " is unsorted." } else { " are unsorted." };
                page.markup("; ").count(unsorted).markup(are)
            }
        };
    }

    /// Topics with their shares, and the parts of the page.
    fn contents(&self, page: &mut Page) {
        page.markup("<nav aria-label=\"Contents\"><h2>Contents</h2><ul class=\"parts\">");
        page.markup("<li><a href=\"#map\">Map</a></li><li><a href=\"#heatmap\">Heatmap</a></li>");
        page.markup("<li><a href=\"#topics\">");
        page.markup(if self.has_topics() { "Topics" } else { self.unit.title() });
        page.markup("</a></li><li><a href=\"#method\">Method</a></li></ul>");
        if self.has_topics() {
            let largest = self.groups.iter().map(Vec::len).max().unwrap_or(1).max(1);
            page.markup("<ol class=\"overview\">");
            for (topic, _, members) in self.topics() {
                page.markup("<li><a href=\"#topic-").number(f64::from(topic.id.0)).markup("\">");
                pictures::mark(page, Some(topic));
                page.markup("<bdi class=\"name\">").text(&topic.name).markup("</bdi>");
                self.share(page, Some(topic), members.len(), largest);
                page.markup("</a></li>");
            }
            if !self.unsorted().is_empty() {
                page.markup("<li><a href=\"#unsorted\">");
                pictures::mark(page, None);
                page.markup("<span class=\"name\">Unsorted</span>");
                self.share(page, None, self.unsorted().len(), largest);
                page.markup("</a></li>");
            }
            page.markup("</ol>");
        }
        page.markup("</nav>\n<main>");
    }

    /// A bar, as long as `count` is beside `largest`, and what it stands for.
    fn share(&self, page: &mut Page, topic: Option<&Topic>, count: usize, largest: usize) {
        page.markup("<span class=\"bar\"><span style=\"width:");
        page.number((count as f64 / largest as f64 * 100.0).max(1.0)).markup("%;background:");
        pictures::colour(page, topic);
        page.markup("\"></span></span><span class=\"size\">").count(count);
        page.markup("</span><span class=\"percent\">");
        page.percent(count as f64 / self.table.len().max(1) as f64).markup("</span>");
    }

    /// How it was done, in plain words.
    fn method(&self, page: &mut Page) -> Result<()> {
        let sorting = &self.table.sorting;
        page.markup("<section id=\"method\"><h2>Method</h2><div class=\"prose\"><p>");
        page.markup("A language model, <b>")
            .text(&self.facts.model_name)
            .markup("</b>, read every text");
        if let Some(vectors) = &self.vectors {
            page.markup(" and turned it into ").count(vectors.dim()).markup(" numbers");
        }
        page.markup(
            ". Texts that mean similar things get similar numbers. How alike two texts are is the \
             cosine of the angle between their numbers: 100 % for the same direction, around 0 % for texts \
             that have nothing to do with each other. The model knows how words are used, not whether \
             what they say is true.</p>",
        );
        if self.has_topics() {
            page.markup(
                "<p>A topic is a group of texts that are close to each other. Its typical texts are \
                 those nearest to its middle. How sure the machine is of a text says how much better \
                 it fits the topic suggested for it than any other.</p>",
            );
            self.decided(page);
        }
        page.markup("</div><table class=\"method\"><tbody>");
        let pinned = digest::pinned(sorting, &self.table.order);
        let mut line = |name: &'static str, value: String| {
            page.markup("<tr><th>").markup(name).markup("</th><td>").text(&value);
            page.markup("</td></tr>");
        };
        line("Model", self.facts.model_name.clone());
        if let Some(vectors) = &self.vectors {
            line("Dimensions", grouped(vectors.dim() as u64));
        }
        line("Texts in this report", grouped(self.table.len() as u64));
        line("Texts in the workbook", grouped(self.table.items.len() as u64));
        if self.has_topics() {
            line("Topics", grouped(self.topics().count() as u64));
            line("Put in place by a person", grouped(pinned as u64));
            line("Unsorted", grouped(self.unsorted().len() as u64));
            line(
                "Threshold",
                match sorting.threshold {
                    Some(sure) => {
                        format!("at least {} sure", super::html::percent(f64::from(sure)))
                    }
                    None => "judged for each text".to_owned(),
                },
            );
        }
        page.markup("</tbody></table></section>\n");
        Ok(())
    }

    /// What a person decided, and how sure the machine is of the rest.
    fn decided(&self, page: &mut Page) {
        let sorting = &self.table.sorting;
        let pinned = digest::pinned(sorting, &self.table.order);
        page.markup("<p>");
        match pinned {
            0 => page.markup("Nothing was put in place by hand. "),
            1 => page
                .markup("One text was put in place by a person, and the machine never moves it. "),
            _ => page
                .count(pinned)
                .markup(" texts were put in place by a person, and the machine never moves them. "),
        };
        match sorting.threshold {
            Some(sure) => page
                .markup("The machine placed a text when it was at least ")
                .percent(f64::from(sure))
                .markup(" sure; the others wait in Unsorted.</p>"),
            None => page.markup("What fits nowhere well enough waits in Unsorted.</p>"),
        };
        let sure: Vec<f32> = self
            .table
            .order
            .iter()
            .filter_map(|item| sorting.placements.get(item.index()))
            .filter(|place| place.topic.is_some() && !place.pinned)
            .map(|place| place.confidence)
            .collect();
        if sure.is_empty() {
            return;
        }
        let among = |low: f32, high: f32| sure.iter().filter(|&&s| s >= low && s < high).count();
        let bands: [(&'static str, &'static str, usize); 3] = [
            ("high", "70 % sure or more", among(0.7, f32::INFINITY)),
            ("middle", "40 to 70 % sure", among(0.4, 0.7)),
            ("low", "less than 40 % sure", among(f32::NEG_INFINITY, 0.4)),
        ];
        page.markup("<figure class=\"sure\"><div class=\"bands\">");
        for (class, _, count) in bands {
            if count > 0 {
                page.markup("<span class=\"").markup(class).markup("\" style=\"width:");
                page.number(count as f64 / sure.len() as f64 * 100.0).markup("%\"></span>");
            }
        }
        page.markup("</div><figcaption>Of what the machine placed:");
        for (class, name, count) in bands {
            page.markup(" <span class=\"key\"><span class=\"dot ")
                .markup(class)
                .markup("\"></span>");
            page.markup(name).markup(": ").count(count).markup("</span>");
        }
        page.markup("</figcaption></figure>");
    }

    fn foot(&self, page: &mut Page) -> Result<()> {
        page.markup("</main><footer><span>Written by Kindred ").text(&self.facts.app_version);
        if !self.facts.written_at.is_empty() {
            page.markup(" on ").text(&self.facts.written_at);
        }
        page.markup(
            "</span><span>Everything is in this file: it loads and sends nothing.</span></footer>",
        );
        Ok(())
    }
}

impl Unit {
    /// By the mean number of words in texts spread evenly over the list.
    fn of(table: &Table<'_>) -> Self {
        const LOOKED_AT: usize = 500;
        let step = (table.len() / LOOKED_AT).max(1);
        let (mut words, mut looked) = (0, 0);
        for item in table.order.iter().step_by(step) {
            words += table.items[item.index()].text.split_whitespace().count();
            looked += 1;
        }
        match words as f64 / f64::from(looked.max(1)) {
            ..1.8 => Self::Words,
            1.8..5.0 => Self::Phrases,
            _ => Self::Sentences,
        }
    }

    fn of_count(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Words, 1) => "word",
            (Self::Words, _) => "words",
            (Self::Phrases, 1) => "phrase",
            (Self::Phrases, _) => "phrases",
            (Self::Sentences, 1) => "sentence",
            (Self::Sentences, _) => "sentences",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Words => "Words",
            Self::Phrases => "Phrases",
            Self::Sentences => "Sentences",
        }
    }
}

/// Three discs that share something.
const MARK: &str = concat!(
    "<svg viewBox=\"0 0 512 512\" width=\"22\" height=\"22\" aria-hidden=\"true\">",
    "<circle cx=\"166\" cy=\"180\" r=\"146\" fill=\"#3f51b5\"/>",
    "<circle cx=\"370\" cy=\"164\" r=\"122\" fill=\"#e69f00\"/>",
    "<circle cx=\"290\" cy=\"344\" r=\"152\" fill=\"#009e73\"/></svg>"
);
