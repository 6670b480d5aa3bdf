//! What the engine does, seen from outside. One binary; a file per stage.

mod desk;
mod export;
mod import;
mod store;
mod undo;
mod workbook;
