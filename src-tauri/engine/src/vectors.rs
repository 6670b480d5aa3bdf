//! Embeddings as rows of one matrix: the one currency between `embed` and `analyse`.

/// Unit-length embeddings of `n` texts by one model: row-major `f32`, `n x dim`.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    dim: usize,
    values: Vec<f32>,
}

impl Vectors {
    /// # Panics
    /// When `values` is not a whole number of rows of `dim` numbers.
    #[must_use]
    pub fn new(dim: usize, values: Vec<f32>) -> Self {
        assert!(
            dim > 0 && values.len().is_multiple_of(dim),
            "{} values are no rows of {dim}",
            values.len()
        );
        Self { dim, values }
    }

    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.dim
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    #[must_use]
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.dim..][..self.dim]
    }

    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.dim)
    }

    /// All rows, one after another.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    #[must_use]
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// The rows at `indices`, in that order.
    #[must_use]
    pub fn select(&self, indices: impl IntoIterator<Item = usize>) -> Self {
        let indices = indices.into_iter();
        let mut values = Vec::with_capacity(indices.size_hint().0 * self.dim);
        for index in indices {
            values.extend_from_slice(self.row(index));
        }
        Self { dim: self.dim, values }
    }

    /// All rows, the one at `index` replaced.
    #[must_use]
    pub fn with_row(&self, index: usize, row: &[f32]) -> Self {
        let mut values = self.values.clone();
        values[index * self.dim..][..self.dim].copy_from_slice(row);
        Self { dim: self.dim, values }
    }
}
