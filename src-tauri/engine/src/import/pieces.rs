//! A cell taken apart into lines, sentences or words.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;

use super::Split;

/// Calls `on` with every piece of `cell`; a blank cell is one blank piece.
///
/// # Errors
/// Those of `on`.
pub(super) fn each_piece<E>(
    cell: &str,
    split: Split,
    on: &mut dyn FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut is_empty = true;
    let mut give = |piece: &str| {
        if piece.trim().is_empty() {
            return Ok(());
        }
        is_empty = false;
        on(piece)
    };
    match split {
        Split::Whole => return on(cell),
        Split::Lines => cell.split(['\n', '\r']).try_for_each(&mut give)?,
        Split::Sentences => {
            // A line that ends in the middle of a sentence is a matter of width.
            let flat = if cell.contains(['\n', '\r']) {
                Cow::Owned(cell.replace(['\n', '\r'], " "))
            } else {
                Cow::Borrowed(cell)
            };
            flat.unicode_sentences().try_for_each(&mut give)?;
        }
        Split::Words => cell.unicode_words().try_for_each(&mut give)?,
    }
    if is_empty { on("") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(cell: &str, split: Split) -> Vec<String> {
        let mut found = Vec::new();
        let done: Result<(), ()> = each_piece(cell, split, &mut |piece| {
            found.push(piece.trim().to_owned());
            Ok(())
        });
        assert_eq!(done, Ok(()), "nothing stops it");
        found
    }

    #[test]
    fn cells_are_taken_apart() {
        let text = "It rained. We stayed\nin!  Why not?";
        assert_eq!(pieces(text, Split::Whole), [text], "whole");
        assert_eq!(pieces(text, Split::Lines), ["It rained. We stayed", "in!  Why not?"], "lines");
        assert_eq!(
            pieces(text, Split::Sentences),
            ["It rained.", "We stayed in!", "Why not?"],
            "sentences go over lines"
        );
        assert_eq!(
            pieces("Don't panic, 3.5 times", Split::Words),
            ["Don't", "panic", "3.5", "times"],
            "words"
        );
        for split in [Split::Whole, Split::Lines, Split::Sentences, Split::Words] {
            assert_eq!(pieces("", split), [""], "nothing is one blank piece, {split:?}");
        }
        assert_eq!(pieces("?!", Split::Words), [""], "no word at all");
    }
}
