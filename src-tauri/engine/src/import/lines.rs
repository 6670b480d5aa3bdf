//! Lines of a text of any length, in bounded memory.

use std::io::{self, BufRead as _, BufReader, Read};

use super::MAX_LINE_BYTES;

/// A line without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Text(Vec<u8>),
    /// Longer than [`MAX_LINE_BYTES`]; only its length is known.
    TooLong {
        bytes: u64,
    },
}

/// Splits at LF, CR LF and CR.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    /// The last line ended with CR: an LF now belongs to that end.
    is_after_cr: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(1 << 16, reader), is_after_cr: false }
    }

    /// The next line, or `None` after the last one. What follows the last
    /// line's end is a line only if there is something.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut kept = Vec::new();
        let mut bytes = 0_u64;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                return Ok((bytes > 0).then(|| line(kept, bytes)));
            }
            if std::mem::take(&mut self.is_after_cr) && buffer[0] == b'\n' {
                self.reader.consume(1);
                continue;
            }
            let end = buffer.iter().position(|&byte| byte == b'\n' || byte == b'\r');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            bytes += part.len() as u64;
            if bytes <= MAX_LINE_BYTES as u64 {
                kept.extend_from_slice(part);
            } else {
                kept = Vec::new();
            }
            self.is_after_cr = end.is_some_and(|end| buffer[end] == b'\r');
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some(line(kept, bytes)));
            }
        }
    }
}

fn line(kept: Vec<u8>, bytes: u64) -> Line {
    if bytes > MAX_LINE_BYTES as u64 { Line::TooLong { bytes } } else { Line::Text(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every line end falls on a border.
    struct Dribble<'a>(&'a [u8]);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn all(mut lines: Lines<impl Read>) -> Vec<Line> {
        std::iter::from_fn(|| lines.next().expect("memory can be read")).collect()
    }

    #[test]
    fn lines_end_in_every_usual_way() {
        for (text, wanted) in [
            ("", vec![]),
            ("a", vec!["a"]),
            ("a\n", vec!["a"]),
            ("a\nb", vec!["a", "b"]),
            ("a\r\nb\r\n", vec!["a", "b"]),
            ("a\rb\r", vec!["a", "b"]),
            ("a\n\nb", vec!["a", "", "b"]),
            ("a\r\n\r\nb", vec!["a", "", "b"]),
            ("\n", vec![""]),
            ("a\n\rb", vec!["a", "", "b"]),
        ] {
            let wanted: Vec<Line> =
                wanted.into_iter().map(|line| Line::Text(line.into())).collect();
            assert_eq!(all(Lines::new(text.as_bytes())), wanted, "lines of {text:?}");
            assert_eq!(
                all(Lines::new(Dribble(text.as_bytes()))),
                wanted,
                "lines of {text:?}, byte by byte"
            );
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_counted_and_dropped() {
        let text = [
            b"a\n".as_slice(),
            &vec![b'x'; MAX_LINE_BYTES + 1],
            b"\nb\n",
            &vec![b'y'; MAX_LINE_BYTES],
        ]
        .concat();
        let lines = all(Lines::new(text.as_slice()));
        assert_eq!(lines.len(), 4, "the lines around it stay");
        assert_eq!(
            lines[1],
            Line::TooLong { bytes: MAX_LINE_BYTES as u64 + 1 },
            "one byte too many"
        );
        assert_eq!(lines[2], Line::Text(b"b".to_vec()), "the next line is read as ever");
        assert!(
            matches!(&lines[3], Line::Text(text) if text.len() == MAX_LINE_BYTES),
            "just long enough"
        );
    }
}
