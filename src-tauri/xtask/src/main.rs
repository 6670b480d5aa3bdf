//! The project's chores: set-up, run, test, measure.
mod assets;
mod onnx;
mod process;
mod protobuf;
mod setup;
fn main() -> anyhow::Result<()> {
    assets::make()
}
