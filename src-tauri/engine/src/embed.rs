//! Turns texts into vectors.
//!
//! An [`Embedder`] belongs to one model. It works through texts in batches of
//! its own choosing, hands over finished rows as they come, and asks after
//! each batch whether to stop. A text's vector never depends on the other
//! texts of its batch.

pub mod api;
pub mod distil;
pub mod given;
pub mod hashing;
pub mod instant;
pub mod onnx;
pub mod runtime;

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;
use crate::monitor::{Monitor, Stage};
use crate::vectors::Vectors;

/// What decides a vector besides the text: two equal keys give equal vectors.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct ModelKey {
    pub id: String,
    /// Which weights, so that a new release of a model is not mixed with the old one.
    pub revision: String,
    /// Put before every text, as the model was trained.
    pub prefix: String,
    /// Tokens read of each text; the rest is cut off.
    pub max_length: u32,
}

/// Takes finished rows: their places in the texts asked for, and as many vectors.
pub type Sink<'a> = dyn FnMut(&[usize], &Vectors) -> Result<()> + 'a;

/// A loaded model.
pub trait Embedder: Send {
    fn key(&self) -> &ModelKey;

    /// Numbers in a vector.
    fn dim(&self) -> usize;

    /// Embeds `texts`, each into a unit vector, in any order.
    ///
    /// # Errors
    /// `Cancelled` when the monitor says so (what the sink got is kept),
    /// `Embedding` when the model fails, and whatever the sink returns.
    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()>;
}

impl<E: Embedder + ?Sized> Embedder for &mut E {
    fn key(&self) -> &ModelKey {
        (**self).key()
    }

    fn dim(&self) -> usize {
        (**self).dim()
    }

    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        (**self).embed(texts, sink, monitor)
    }
}

impl<E: Embedder + ?Sized> Embedder for Box<E> {
    fn key(&self) -> &ModelKey {
        (**self).key()
    }

    fn dim(&self) -> usize {
        (**self).dim()
    }

    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        (**self).embed(texts, sink, monitor)
    }
}

/// One loaded model for many users, who take turns text list by text list.
#[derive(Clone)]
pub struct Shared {
    key: ModelKey,
    dim: usize,
    embedder: Arc<Mutex<dyn Embedder>>,
}

impl Shared {
    pub fn new(embedder: impl Embedder + 'static) -> Self {
        Self::of(Arc::new(Mutex::new(embedder)))
    }

    /// Shares a model that somebody else holds as well.
    pub fn of(embedder: Arc<Mutex<impl Embedder + 'static>>) -> Self {
        let (key, dim) = {
            let embedder = embedder.lock().unwrap_or_else(PoisonError::into_inner);
            (embedder.key().clone(), embedder.dim())
        };
        Self { key, dim, embedder }
    }
}

impl Embedder for Shared {
    fn key(&self) -> &ModelKey {
        &self.key
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn embed(&mut self, texts: &[&str], sink: &mut Sink<'_>, monitor: &dyn Monitor) -> Result<()> {
        // A panic while embedding leaves a model as it was: it keeps nothing between texts.
        let mut embedder = self.embedder.lock().unwrap_or_else(PoisonError::into_inner);
        embedder.embed(texts, sink, monitor)
    }
}

/// Embeds `texts` into one matrix, in their order, and tells how far it is.
///
/// # Errors
/// As [`Embedder::embed`].
pub fn embed_all(
    embedder: &mut dyn Embedder,
    texts: &[&str],
    monitor: &dyn Monitor,
) -> Result<Vectors> {
    let dim = embedder.dim();
    let mut values = vec![0.0; texts.len() * dim];
    let mut done = 0;
    embedder.embed(
        texts,
        &mut |places, rows| {
            for (&place, row) in places.iter().zip(rows.rows()) {
                values[place * dim..][..dim].copy_from_slice(row);
            }
            done += places.len();
            monitor.progress(Stage::Embedding, done, texts.len());
            Ok(())
        },
        monitor,
    )?;
    Ok(Vectors::new(dim, values))
}
