//! Engine.

pub mod edits;
pub mod error;
pub mod export;
mod files;
pub mod import;
pub mod items;
pub mod monitor;
pub mod topics;
pub mod vectors;

pub use error::{Error, Result};
