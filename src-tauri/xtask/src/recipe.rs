//! Makes files again only when what they are made from changed. Times of files are not
//! asked: a checkout sets them anew, and a cache restores them as it likes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

/// A file and all it is made from, so that it is made again only when that changed.
pub(crate) struct Recipe {
    pub(crate) product: PathBuf,
    /// Anything that differs when the product would differ: hashes, versions.
    pub(crate) inputs: String,
}

impl Recipe {
    /// Calls `make`, which writes the product, unless it is up to date.
    pub(crate) fn follow(&self, make: impl FnOnce() -> Result<()>) -> Result<()> {
        let folder = self.product.parent().expect("products lie in the resources folder");
        let name = self.product.file_name().expect("products are files").to_string_lossy();
        let stamp = folder.join(format!(".{name}.made-from"));
        let up_to_date = fs::read_to_string(&stamp).is_ok_and(|made| made == self.inputs);
        if up_to_date && self.product.is_file() {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        make()?;
        write(&stamp, self.inputs.as_bytes())
    }
}

/// Writes whole or not at all, also when stopped in the middle.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().expect("only files inside folders are written");
    let name = path.file_name().expect("only files are written").to_string_lossy();
    let unfinished = folder.join(format!(".{name}.unfinished"));
    fs::write(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// In lower-case hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_made_again_only_when_its_inputs_change() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let product = folder.path().join("sub/product");
        let mut made = 0;
        let mut follow = |inputs: &str| {
            let recipe = Recipe { product: product.clone(), inputs: inputs.to_owned() };
            recipe.follow(|| {
                made += 1;
                write(&product, inputs.as_bytes())
            })?;
            anyhow::Ok(made)
        };
        assert_eq!(follow("a").expect("made"), 1, "it was missing");
        assert_eq!(follow("a").expect("kept"), 1, "nothing changed");
        assert_eq!(follow("b").expect("made"), 2, "an input changed");
        fs::remove_file(&product).expect("it was made");
        assert_eq!(follow("b").expect("made"), 3, "it was deleted");
    }

    #[test]
    fn a_product_that_could_not_be_made_is_tried_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let product = folder.path().join("product");
        let recipe = Recipe { product: product.clone(), inputs: "a".to_owned() };
        let failed = recipe.follow(|| anyhow::bail!("no network"));
        assert!(failed.is_err(), "the failure is passed on");
        recipe.follow(|| write(&product, b"whole")).expect("the second try works");
        assert_eq!(fs::read(&product).expect("it was made"), b"whole", "nothing was skipped");
    }
}
