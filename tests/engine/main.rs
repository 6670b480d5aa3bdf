//! What the engine does, seen from outside. One binary; a file per stage.

mod analyse;
mod desk;
mod embed;
mod export;
mod import;
mod model;
mod store;
mod undo;
mod workbook;
