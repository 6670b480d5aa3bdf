//! What the engine does, seen from outside. One binary; a file per stage.

mod analyse;
mod classify;
mod desk;
mod embed;
mod export;
mod import;
mod model;
mod models;
mod store;
mod teach;
mod undo;
mod workbook;
