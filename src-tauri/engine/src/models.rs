//! The models there are: part of Kindred, in the catalogue, a person's own
//! folders and servers; what is on this computer, and how to load it.

pub mod catalogue;
pub mod download;
pub mod library;
pub mod own;
pub mod server;

/// As hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
