//! What the engine does, seen from outside. One binary; a file per stage.

mod adding;
mod analyse;
mod api;
mod classify;
mod desk;
mod download;
mod embed;
mod export;
mod formats;
mod fuzz;
mod hostile;
mod import;
mod instant;
mod library;
mod model;
mod models;
mod own;
mod report;
mod seeing;
mod server;
mod store;
mod teach;
mod undo;
mod workbook;
