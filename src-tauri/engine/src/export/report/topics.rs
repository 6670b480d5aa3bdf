//! A card for every topic: its share, its typical texts, and all of them.

use std::collections::BTreeSet;

use super::super::digest;
use super::super::html::Page;
use super::{Report, pictures};
use crate::analyse::profile::TopicProfile;
use crate::error::Result;
use crate::items::ItemId;
use crate::monitor::Monitor;
use crate::topics::Topic;

/// Texts of a topic that are seen at once.
const SHOWN: usize = 200;
/// Texts of all topics together that a page lists: beyond that no browser shows it quickly.
const MOST_LISTED: usize = 60_000;
/// Less sure than this is marked.
const UNSURE: f32 = 0.4;
// Means of pairs inside a topic for the default model on word lists: mixed groups lie near
// 0.2, clear ones such as countries above 0.4.
const VERY_WELL: f32 = 0.42;
const WELL: f32 = 0.28;

pub(super) fn section(report: &Report<'_>, page: &mut Page, monitor: &dyn Monitor) -> Result<()> {
    page.markup("<section id=\"topics\"><h2>");
    page.markup(if report.has_topics() { "Topics" } else { report.unit.title() }).markup("</h2>");
    if report.has_topics() {
        page.markup("<p class=\"lead keys\"><span class=\"word typical\">typical</span> ");
        page.markup("<span class=\"word pinned\">put there by a person</span> ");
        page.markup("<span class=\"word unsure\">less than 40 % sure</span></p>");
    }
    let groups = report.topics().count() + 1;
    let most = (MOST_LISTED / groups).max(SHOWN);
    for (topic, profile, members) in report.topics() {
        monitor.check()?;
        page.markup("<article id=\"topic-").number(f64::from(topic.id.0)).markup("\"><h3>");
        pictures::mark(page, Some(topic));
        page.markup("<bdi>").text(&topic.name).markup("</bdi></h3>");
        facts(report, topic, profile, members, page);
        words(report, profile, members, most, page);
        page.markup("</article>\n");
    }
    if !report.unsorted().is_empty() {
        page.markup("<article id=\"unsorted\">");
        if report.has_topics() {
            page.markup("<h3>");
            pictures::mark(page, None);
            page.markup("Unsorted</h3>");
            size(report, None, report.unsorted().len(), page);
            page.markup("<p class=\"says\">What fits nowhere well enough.</p>");
        }
        words(report, None, report.unsorted(), most, page);
        page.markup("</article>\n");
    }
    page.markup("</section>\n");
    Ok(())
}

fn size(report: &Report<'_>, topic: Option<&Topic>, count: usize, page: &mut Page) {
    page.markup("<p class=\"share\">");
    report.share(page, topic, count, report.table.len().max(1));
    page.markup("</p>");
}

fn facts(
    report: &Report<'_>,
    topic: &Topic,
    profile: Option<&TopicProfile>,
    members: &[ItemId],
    page: &mut Page,
) {
    size(report, Some(topic), members.len(), page);
    page.markup("<p class=\"says\">");
    let mut is_first = true;
    let mut next = |page: &mut Page| {
        if !std::mem::take(&mut is_first) {
            page.markup(" <span class=\"apart\">&middot;</span> ");
        }
    };
    if let Some(profile) = profile.filter(|profile| profile.size > 1) {
        next(page);
        page.markup(match profile.cohesion {
            VERY_WELL.. => "holds together very well",
            WELL.. => "holds together well",
            _ => "loose",
        });
        page.markup(": its texts are ").percent(f64::from(profile.cohesion).max(0.0));
        page.markup(" alike on average");
    }
    let pinned = digest::pinned(&report.table.sorting, members);
    if pinned > 0 {
        next(page);
        page.count(pinned).markup(" put there by a person");
    }
    if topic.named_by_person {
        next(page);
        page.markup("named by a person");
    } else if !topic.alternates.is_empty() {
        next(page);
        page.markup("could also be called ");
        for (place, name) in topic.alternates.iter().enumerate() {
            page.markup(if place == 0 { "<bdi>" } else { ", <bdi>" }).text(name).markup("</bdi>");
        }
    }
    page.markup("</p>");
}

/// Typical ones first, then the surest.
fn words(
    report: &Report<'_>,
    profile: Option<&TopicProfile>,
    members: &[ItemId],
    most: usize,
    page: &mut Page,
) {
    let inside: BTreeSet<ItemId> = members.iter().copied().collect();
    let typical: Vec<ItemId> = profile
        .map(|profile| {
            profile.typical.iter().copied().filter(|item| inside.contains(item)).collect()
        })
        .unwrap_or_default();
    let placements = &report.table.sorting.placements;
    let sure = |item: ItemId| {
        let place = placements.get(item.index());
        place.map_or(0.0, |place| if place.pinned { 2.0 } else { place.confidence })
    };
    let mut rest: Vec<ItemId> =
        members.iter().copied().filter(|item| !typical.contains(item)).collect();
    if profile.is_some() {
        rest.sort_by(|&a, &b| sure(b).total_cmp(&sure(a)).then(a.cmp(&b)));
    }
    let list = |page: &mut Page, items: &mut dyn Iterator<Item = (bool, ItemId)>| {
        page.markup("<ul class=\"words\">");
        for (is_typical, item) in items {
            let place = placements.get(item.index());
            let is_pinned = place.is_some_and(|place| place.pinned);
            let is_unsure = place.is_some_and(|place| {
                place.topic.is_some() && place.suggested.is_some() && place.confidence < UNSURE
            });
            page.markup(match (is_pinned, is_typical, is_unsure) {
                (true, true, _) => "<li class=\"pinned typical\">",
                (true, false, _) => "<li class=\"pinned\">",
                (false, true, _) => "<li class=\"typical\">",
                (false, false, true) => "<li class=\"unsure\">",
                (false, false, false) => "<li>",
            });
            page.text(&report.table.items[item.index()].text).markup("</li>");
        }
        page.markup("</ul>");
    };
    let all =
        typical.iter().map(|&item| (true, item)).chain(rest.iter().map(|&item| (false, item)));
    list(page, &mut all.clone().take(SHOWN));
    let more = members.len().saturating_sub(SHOWN);
    if more > 0 {
        page.markup("<details><summary>and ").count(more).markup(" more</summary>");
        list(page, &mut all.skip(SHOWN).take(most - SHOWN.min(most)));
        if members.len() > most {
            page.markup("<p class=\"says\">and ").count(members.len() - most);
            page.markup(" that are left out here, so that this page opens quickly.</p>");
        }
        page.markup("</details>");
    }
}
