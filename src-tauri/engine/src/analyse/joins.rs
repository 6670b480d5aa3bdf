//! What hangs together when pairs are joined, the nearest first.

/// Which of some things hang together.
pub(super) struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    pub(super) fn new(count: usize) -> Self {
        Self { parent: (0..count as u32).collect() }
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            self.parent[node as usize] = self.parent[self.parent[node as usize] as usize];
            node = self.parent[node as usize];
        }
        node
    }

    /// The two roots, if they were different; the second one stays.
    pub(super) fn join(&mut self, a: u32, b: u32) -> Option<(u32, u32)> {
        let (a, b) = (self.root(a), self.root(b));
        (a != b).then(|| {
            self.parent[a as usize] = b;
            (a, b)
        })
    }
}

/// A join of two nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// Nodes: below the number of leaves a leaf, then the joins in order.
    pub nodes: [u32; 2],
    pub height: f32,
    /// Items below it.
    pub size: u32,
}

/// Pairs of leaves and how far apart they are, as joins of what hangs together by then, the nearest
/// first. `sizes` are how many items each leaf is.
pub(super) fn joins(mut pairs: Vec<([u32; 2], f32)>, sizes: &[u32]) -> Vec<Merge> {
    pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
    let leaves = sizes.len();
    let mut sets = Sets::new(leaves);
    // Of each root, the newest join below which its set hangs together, and how large that is.
    let mut newest: Vec<(u32, u32)> = (0..).zip(sizes.iter().copied()).collect();
    let mut merges = Vec::with_capacity(leaves.saturating_sub(1));
    for ([a, b], height) in pairs {
        let Some((gone, root)) = sets.join(a, b) else { continue };
        let (left, right) = (newest[gone as usize], newest[root as usize]);
        let mut nodes = [left.0, right.0];
        nodes.sort_unstable();
        let size = left.1 + right.1;
        newest[root as usize] = ((leaves + merges.len()) as u32, size);
        merges.push(Merge { nodes, height, size });
    }
    merges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_become_joins_of_what_hangs_together_by_then() {
        let pairs = vec![([0, 3], 0.9), ([0, 1], 0.1), ([1, 0], 0.2), ([2, 3], 0.5)];
        let found = joins(pairs, &[1, 1, 4, 1]);
        let told: Vec<([u32; 2], f32, u32)> =
            found.iter().map(|merge| (merge.nodes, merge.height, merge.size)).collect();
        assert_eq!(
            told,
            [([0, 1], 0.1, 2), ([2, 3], 0.5, 5), ([4, 5], 0.9, 7)],
            "the nearest first"
        );
    }
}
