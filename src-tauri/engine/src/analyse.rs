//! What can be known from vectors: likeness, topics, names, order, pictures.
//!
//! Functions of `&Vectors` and parameters, seeded and deterministic. The mean
//! of a list carries no meaning, so topics and names are found on
//! mean-removed vectors ([`centring`]); what a person is shown as similarity
//! is the plain cosine.

pub mod centring;
pub mod classify;
pub mod compare;
pub mod density;
pub mod game;
pub mod heatmap;
mod joins;
pub mod kmeans;
#[cfg(test)]
mod made_up;
pub mod map;
pub mod names;
pub mod neighbours;
pub mod order;
pub mod other_ways;
pub mod phrases;
pub mod principal;
pub mod product;
pub mod profile;
mod rounded;
pub mod silhouette;
pub mod similarity;
pub mod statistics;
pub mod topics;
pub mod tree;
pub mod values;
pub mod vocabulary;
