//! Kindred's engine: everything the product knows, without a window.
//!
//! A list is imported into [`items`], [`embed`] turns their texts into
//! [`vectors`], [`analyse`] finds and names topics in them, and a
//! [`workbook`] keeps it all in one file. The person's changes come back
//! through one [`edits::Edit`]. The engine prints nothing, reads no
//! environment and asks no clock: time, seeds and paths come in.

// First, so that its macro is known to the others.
#[macro_use]
pub mod sentence;

pub mod analyse;
pub mod edits;
pub mod embed;
pub mod error;
pub mod export;
mod files;
pub mod import;
pub mod items;
pub mod models;
pub mod monitor;
pub mod net;
pub mod sort;
pub mod store;
pub mod topics;
pub mod vectors;
pub mod workbook;

pub use error::{Error, Result};
