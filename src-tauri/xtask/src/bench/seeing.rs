//! What a list is seen through: neighbours, maps, trees, density, and Instant's vectors.

use std::fs;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    Arena, DIM, FEWER_POINTS, POINTS, Section, THREADS, Timings, make_points, numbers, single_words,
};
use crate::assets;

const NEIGHBOURS: usize = 15;
/// Sizes in which sentence-transformers is tried on short texts; its better one counts.
const BATCHES: [usize; 2] = [128, 256];
const TEXTS: usize = 100_000;
const MANY_ITEMS: usize = 1_000_000;
const GROUPS: usize = 100;

/// Both sides' files for one task.
struct Sides {
    task: Value,
    ours: std::path::PathBuf,
    theirs: std::path::PathBuf,
}

impl Sides {
    /// Both do `task` with the points in the file `points`, in turns.
    fn compete(
        arena: &mut Arena,
        points: &str,
        mut task: Value,
        names: [&str; 2],
    ) -> Result<(Self, Timings, Timings)> {
        make_points(arena)?;
        let [ours, theirs] = ["kindred.out", "peer.out"].map(|name| arena.file(name));
        task["points"] = json!(arena.file(points));
        task["dim"] = json!(DIM);
        task["threads"] = json!(THREADS);
        let (mut kindred, mut peer) = (Timings::new(names[0]), Timings::new(names[1]));
        for _ in 0..arena.rounds {
            task["out"] = json!(ours);
            kindred.add(&arena.kindred.ask(&task)?);
            task["out"] = json!(theirs);
            peer.add(&arena.peer.ask(&task)?);
        }
        Ok((Self { task, ours, theirs }, kindred, peer))
    }

    /// What the judge says of both results.
    fn judged(&self, arena: &mut Arena, judge: &str) -> Result<(f64, f64)> {
        let mut task = self.task.clone();
        task["task"] = json!(judge);
        let mut judged = |found| {
            task["found"] = json!(found);
            Ok::<_, anyhow::Error>(arena.peer.ask(&task)?.share)
        };
        Ok((judged(&self.ours)?, judged(&self.theirs)?))
    }
}

pub(super) fn neighbours(arena: &mut Arena) -> Result<Section> {
    let task = json!({ "task": "neighbours", "count": NEIGHBOURS });
    let names = ["Kindred", "pynndescent, compiled before"];
    let (sides, kindred, peer) = Sides::compete(arena, "points.f32", task, names)?;
    let (ours, theirs) = sides.judged(arena, "recall")?;
    Ok(Section {
        title: format!("{NEIGHBOURS} nearest neighbours of {POINTS} x {DIM}"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement: format!("Recall {ours:.4} beside {theirs:.4}."),
    })
}

pub(super) fn umap(arena: &mut Arena) -> Result<Section> {
    map(arena, "fewer-points.f32", FEWER_POINTS, "umap", "umap-learn, compiled before")
}

pub(super) fn umap_of_many(arena: &mut Arena) -> Result<Section> {
    map(arena, "points.f32", POINTS, "umap", "umap-learn, compiled before")
}

pub(super) fn tsne(arena: &mut Arena) -> Result<Section> {
    map(arena, "fewer-points.f32", FEWER_POINTS, "tsne", "openTSNE")
}

fn map(arena: &mut Arena, points: &str, count: usize, method: &str, peer: &str) -> Result<Section> {
    let task = json!({ "task": "map", "method": method });
    let (sides, kindred, peer) = Sides::compete(arena, points, task, ["Kindred", peer])?;
    let (ours, theirs) = sides.judged(arena, "trust")?;
    Ok(Section {
        title: format!("{method} of {count} x {DIM}, neighbours included"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement: format!(
            "Trustworthiness at {NEIGHBOURS} neighbours {ours:.4} beside {theirs:.4}."
        ),
    })
}

pub(super) fn ward(arena: &mut Arena) -> Result<Section> {
    let names = ["Kindred, leaves in order", "scikit-learn"];
    let task = json!({ "task": "ward" });
    let (sides, kindred, peer) = Sides::compete(arena, "fewer-points.f32", task, names)?;
    let (ours, theirs) = (numbers(&sides.ours)?, numbers(&sides.theirs)?);
    let difference = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    Ok(Section {
        title: format!("A tree over {FEWER_POINTS} x {DIM} by Ward's linkage"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement: format!(
            "The heights of {} and {} joins differ by {difference:.6} at most.",
            ours.len(),
            theirs.len()
        ),
    })
}

pub(super) fn hdbscan(arena: &mut Arena) -> Result<Section> {
    let task = json!({ "task": "hdbscan" });
    let names = ["Kindred", "scikit-learn"];
    let (sides, kindred, peer) = Sides::compete(arena, "fewer-points.f32", task, names)?;
    let agreement = json!({ "task": "agreement", "a": sides.ours, "b": sides.theirs });
    let share = arena.peer.ask(&agreement)?.share;
    Ok(Section {
        title: format!("HDBSCAN of {FEWER_POINTS} x {DIM}"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement: format!("The adjusted Rand index of both is {share:.5}."),
    })
}

/// scikit-learn looks at all pairs, so it is asked about fewer points.
pub(super) fn silhouette(arena: &mut Arena) -> Result<Section> {
    make_points(arena)?;
    let task = |arena: &Arena, points: &str, groups: &str| {
        json!({
            "task": "silhouette",
            "points": arena.file(points),
            "groups": arena.file(groups),
            "dim": DIM,
            "count": GROUPS,
        })
    };
    let all = task(arena, "points.f32", "groups.u32");
    let fewer = task(arena, "fewer-points.f32", "fewer-groups.u32");
    let mut kindred = Timings::new("Kindred");
    let mut peer = Timings::new("scikit-learn, a tenth of the points");
    let mut agreement = String::new();
    for _ in 0..arena.rounds {
        kindred.add(&arena.kindred.ask(&all)?);
        let theirs = arena.peer.ask(&fewer)?;
        let ours = arena.kindred.ask(&fewer)?;
        agreement = format!(
            "On {FEWER_POINTS} points {:.6} beside {:.6}.",
            ours.silhouette, theirs.silhouette
        );
        peer.add(&theirs);
    }
    Ok(Section {
        title: format!("Silhouette of {POINTS} x {DIM} in {GROUPS} groups"),
        units: None,
        kindred,
        peers: vec![peer],
        agreement,
    })
}

/// No peer draws one of this size.
pub(super) fn heatmap(arena: &mut Arena) -> Result<Section> {
    let task = json!({ "task": "heatmap", "count": MANY_ITEMS, "dim": DIM });
    let mut kindred = Timings::new("Kindred");
    let mut slowest: f64 = 0.0;
    for _ in 0..arena.rounds {
        let answer = arena.kindred.ask(&task)?;
        slowest = slowest.max(answer.preparation);
        kindred.add(&answer);
    }
    Ok(Section {
        title: format!("From the order to the first picture of a heatmap of {MANY_ITEMS} items"),
        units: None,
        kindred,
        peers: Vec::new(),
        agreement: format!("The slowest tile at any zoom took {:.1} ms.", slowest * 1000.0),
    })
}

/// Texts of two words, read by Instant and by sentence-transformers.
pub(super) fn instant(arena: &mut Arena) -> Result<Section> {
    let words = single_words()?;
    let texts: Vec<String> = (0..TEXTS)
        .map(|text| {
            // Strides without a common divisor: no two texts are the same.
            let (first, second) =
                (text % words.len(), (text * 7 + text / words.len()) % words.len());
            format!("{} {}", words[first], words[second])
        })
        .collect();
    let [list, ours, theirs] =
        ["texts.txt", "kindred.f32", "peer.f32"].map(|name| arena.file(name));
    fs::write(&list, texts.join("\n"))?;
    let mut kindred = Timings::new("Instant");
    let mut peers =
        BATCHES.map(|batch| Timings::new(&format!("sentence-transformers, batches of {batch}")));
    let task =
        json!({ "task": "instant", "texts": list, "resources": assets::resources(), "out": ours });
    for _ in 0..arena.rounds {
        kindred.add(&arena.kindred.ask(&task)?);
    }
    // The slow side once: it takes minutes.
    for (batch, timings) in BATCHES.iter().zip(&mut peers) {
        let task = json!({ "task": "embed", "texts": list, "out": theirs, "batch": batch });
        timings.add(&arena.peer.ask(&task)?);
    }
    let overlap = json!({ "task": "overlap", "a": ours, "b": theirs, "dim": DIM });
    let share = arena.peer.ask(&overlap)?.share;
    Ok(Section {
        title: format!("Vectors of {TEXTS} short texts, static beside the whole model"),
        units: Some((TEXTS, "texts/s")),
        kindred,
        peers: peers.into(),
        agreement: format!("Of the ten nearest neighbours {share:.3} are the same."),
    })
}
