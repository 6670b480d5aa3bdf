//! Gets what a fresh machine lacks.
use anyhow::Result;
pub(crate) fn python() -> Result<()> {
    Ok(())
}
