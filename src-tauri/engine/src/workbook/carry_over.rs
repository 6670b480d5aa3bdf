//! Carries over what the person knows and did when topics are found anew.

use std::collections::BTreeMap;

use crate::topics::{Placement, Sorting, Topic, TopicId};

/// How many alternates a topic keeps.
const ALTERNATES: usize = 3;

/// `found` with what should stay of `before`:
/// - a new topic that shares more than half of all their items with an old one
///   is that one: it keeps its id, its colour, and a name the person gave;
/// - pinned items stay where they are, in a topic that stays for their sake;
/// - where the person chose how sure the machine must be, that decides who is in Unsorted.
pub(super) fn carry_over(before: &Sorting, mut found: Sorting) -> Sorting {
    let heirs = heirs(before, &found);
    let mut next_id = before.topics.iter().map(|topic| topic.id.0 + 1).max().unwrap_or(0);
    let is_kept = |topic: &Topic| {
        heirs.values().any(|old| old.id == topic.id)
            || before.placements.iter().any(|place| place.pinned && place.topic == Some(topic.id))
    };
    let kept_colours: Vec<u32> =
        before.topics.iter().filter(|topic| is_kept(topic)).map(|topic| topic.colour).collect();
    let mut fresh_colours = (0..).filter(|colour| !kept_colours.contains(colour));
    let mut ids = BTreeMap::new();
    for topic in &mut found.topics {
        let found_id = topic.id;
        if let Some(old) = heirs.get(&found_id) {
            inherit(topic, old);
        } else {
            topic.id = TopicId(next_id);
            next_id += 1;
            // There are always more numbers than topics.
            topic.colour = fresh_colours.next().unwrap_or(topic.colour);
        }
        ids.insert(found_id, topic.id);
    }
    for place in &mut found.placements {
        place.topic = place.topic.and_then(|id| ids.get(&id).copied());
        place.suggested = place.suggested.and_then(|id| ids.get(&id).copied());
        place.runner_up = place.runner_up.and_then(|id| ids.get(&id).copied());
        if let Some(threshold) = before.threshold {
            place.topic = Sorting::placed_by_threshold(threshold, place);
        }
    }
    found.threshold = before.threshold;
    keep_pins(before, &mut found);
    found
}

/// The old topic that each new one continues, by the new one's id. More than
/// half of what two topics hold together can be shared with one topic only.
fn heirs<'a>(before: &'a Sorting, found: &Sorting) -> BTreeMap<TopicId, &'a Topic> {
    let mut shared: BTreeMap<(TopicId, TopicId), usize> = BTreeMap::new();
    let (mut old_sizes, mut new_sizes) = (BTreeMap::new(), BTreeMap::new());
    for (old, new) in before.placements.iter().zip(&found.placements) {
        if let Some(old) = old.topic {
            *old_sizes.entry(old).or_insert(0_usize) += 1;
        }
        if let Some(new) = new.topic {
            *new_sizes.entry(new).or_insert(0_usize) += 1;
        }
        if let (Some(old), Some(new)) = (old.topic, new.topic) {
            *shared.entry((old, new)).or_default() += 1;
        }
    }
    shared
        .into_iter()
        .filter(|((old, new), shared)| 2 * shared > old_sizes[old] + new_sizes[new] - shared)
        .filter_map(|((old, new), _)| Some((new, before.topic(old)?)))
        .collect()
}

fn inherit(topic: &mut Topic, old: &Topic) {
    topic.id = old.id;
    topic.colour = old.colour;
    if old.named_by_person && topic.name != old.name {
        let machine_name = std::mem::replace(&mut topic.name, old.name.clone());
        topic.alternates.retain(|alternate| *alternate != old.name);
        topic.alternates.insert(0, machine_name);
        topic.alternates.truncate(ALTERNATES);
    }
    topic.named_by_person |= old.named_by_person;
}

fn keep_pins(before: &Sorting, found: &mut Sorting) {
    for index in 0..found.placements.len() {
        let Some(&pinned) = before.placements.get(index).filter(|place| place.pinned) else {
            continue;
        };
        let old = pinned.topic.and_then(|id| before.topic(id));
        if let Some(old) = old
            && found.topic(old.id).is_none()
        {
            found.topics.push(old.clone());
        }
        let place = &mut found.placements[index];
        *place = Placement { topic: pinned.topic, pinned: true, ..*place };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(id: u32, name: &str, colour: u32) -> Topic {
        Topic {
            id: TopicId(id),
            name: name.to_owned(),
            named_by_person: false,
            alternates: vec![],
            colour,
            stability: 1.0,
        }
    }

    fn sorting(topics: Vec<Topic>, places: &[Option<u32>]) -> Sorting {
        let place = |topic: &Option<u32>| Placement {
            topic: topic.map(TopicId),
            suggested: topic.map(TopicId),
            confidence: 0.5,
            ..Placement::UNSORTED
        };
        let placements = places.iter().map(place).collect();
        Sorting { topics, placements, ..Sorting::default() }
    }

    #[test]
    fn a_topic_that_is_mostly_an_old_one_keeps_its_name_id_and_colour() {
        let mut before = sorting(
            vec![topic(4, "my fruit", 7), topic(5, "countries", 0)],
            &[Some(4), Some(4), Some(4), Some(5), Some(5), Some(5)],
        );
        before.topics[0].named_by_person = true;
        let found = sorting(
            vec![topic(0, "place", 0), topic(1, "fruit", 1)],
            &[Some(1), Some(1), Some(0), Some(0), Some(0), None],
        );
        let after = carry_over(&before, found);
        assert_eq!(
            after.topics[1].name, "my fruit",
            "two of three items are the same: it is the person's topic"
        );
        assert!(after.topics[1].named_by_person, "and stays named by the person next time");
        assert_eq!(after.topics[1].alternates, ["fruit"], "the machine's name is offered");
        assert_eq!(
            (after.topics[1].id, after.topics[1].colour),
            (TopicId(4), 7),
            "id and colour stay"
        );
        assert_eq!(
            (after.topics[0].id, after.topics[0].name.as_str(), after.topics[0].colour),
            (TopicId(6), "place", 0),
            "half is not more than half: a new topic, with an id that was never used and a free colour"
        );
        assert_eq!(after.placements[0].topic, Some(TopicId(4)), "places follow the ids");
        assert_eq!(after.placements[5].topic, None, "Unsorted stays Unsorted");
    }

    #[test]
    fn a_threshold_that_was_chosen_decides_again() {
        let mut before = sorting(vec![topic(1, "mine", 3)], &[Some(1), Some(1)]);
        before.threshold = Some(0.6);
        let mut found = sorting(vec![topic(0, "all", 0)], &[Some(0), Some(0)]);
        found.placements[1].confidence = 0.7;
        let after = carry_over(&before, found);
        assert_eq!(after.threshold, Some(0.6), "it is still chosen");
        let topics: Vec<_> = after.placements.iter().map(|place| place.topic).collect();
        assert_eq!(topics, [None, Some(TopicId(1))], "50 % is not enough, 70 % is");
    }

    #[test]
    fn pinned_items_are_not_moved() {
        let mut before = sorting(vec![topic(1, "mine", 3)], &[Some(1), None, None, None]);
        before.placements[0].pinned = true;
        let found = sorting(vec![topic(0, "all", 0)], &[Some(0); 4]);
        let after = carry_over(&before, found);
        assert_eq!(after.placements[0].topic, Some(TopicId(1)), "the pin holds");
        assert!(after.placements[0].pinned, "and stays a pin");
        assert_eq!(after.topics.len(), 2, "its topic stays for it");
        assert_eq!(
            after.placements[1].topic,
            Some(TopicId(2)),
            "the others go where the machine says"
        );
    }
}
