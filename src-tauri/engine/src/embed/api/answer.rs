//! What a server's answer must be before it is used.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::net::quoted;
use crate::sentence::Sentence;
use crate::vectors::Vectors;

#[derive(Deserialize)]
struct Answer {
    data: Vec<Entry>,
    usage: Option<Counted>,
}

#[derive(Deserialize)]
struct Entry {
    /// Servers that leave it out answer in order.
    index: Option<usize>,
    embedding: Embedding,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Embedding {
    Numbers(Vec<f32>),
    /// Little-endian `f32`, as base64.
    Text(String),
}

#[derive(Deserialize)]
struct Counted {
    prompt_tokens: Option<u64>,
    total_tokens: Option<u64>,
}

/// Unit-length vectors in the order of the `count` texts, or what is wrong
/// with the answer; and the tokens that were paid for either way. `dim` 0 is
/// one that is not known yet.
pub(super) fn read(
    body: &[u8],
    count: usize,
    dim: usize,
) -> (Result<Vectors, Sentence>, Option<u64>) {
    match serde_json::from_slice::<Answer>(body) {
        Ok(answer) => {
            let tokens =
                answer.usage.as_ref().and_then(|usage| usage.prompt_tokens.or(usage.total_tokens));
            (vectors(answer.data, count, dim), tokens)
        }
        Err(_) => {
            let begins = match quoted(&String::from_utf8_lossy(&body[..body.len().min(40)])) {
                begins if begins.is_empty() => sentence!("it is empty"),
                begins => sentence!("it begins with \"{begins}\"", begins),
            };
            let reason = sentence!(
                "The server answered with something else than vectors ({begins}). Check that the address is right: it mostly ends in /v1",
                begins
            );
            (Err(reason), None)
        }
    }
}

fn vectors(data: Vec<Entry>, count: usize, dim: usize) -> Result<Vectors, Sentence> {
    let unusable = |what: Sentence| {
        sentence!(
            "The server's vectors cannot be used: {what}. Nothing of this answer is kept; check the name of the model",
            what
        )
    };
    if data.len() != count {
        return Err(unusable(sentence!("{came} came for {count} texts", came = data.len(), count)));
    }
    let mut rows: Vec<Option<Vec<f32>>> = vec![None; count];
    for (place, entry) in data.into_iter().enumerate() {
        let row = rows.get_mut(entry.index.unwrap_or(place)).filter(|row| row.is_none());
        let Some(row) = row else {
            return Err(unusable(sentence!("it is not clear which text each belongs to")));
        };
        let numbers = match entry.embedding {
            Embedding::Numbers(numbers) => numbers,
            Embedding::Text(text) => {
                decoded(&text).ok_or_else(|| unusable(sentence!("one is no list of numbers")))?
            }
        };
        *row = Some(numbers);
    }
    let mut rows: Vec<Vec<f32>> = rows.into_iter().flatten().collect();
    let dim = if dim == 0 { rows.first().map_or(0, Vec::len) } else { dim };
    for row in &mut rows {
        if row.len() != dim || dim == 0 {
            return Err(unusable(sentence!(
                "one has {count} numbers where {dim} belong",
                count = row.len(),
                dim
            )));
        }
        if !make_unit(row) {
            return Err(unusable(sentence!(
                "one has numbers that are missing, endless or all zero"
            )));
        }
    }
    Ok(Vectors::new(dim, rows.concat()))
}

fn decoded(text: &str) -> Option<Vec<f32>> {
    let bytes = STANDARD.decode(text).ok()?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| numbers.iter().map(|&number| f32::from_le_bytes(number)).collect())
}

/// Scales `row` to length one, unless no length or an endless one says where it points.
fn make_unit(row: &mut [f32]) -> bool {
    let length = row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
    if !length.is_finite() || length == 0.0 {
        return false;
    }
    row.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    true
}

/// What a server says of a request it does not like, wherever its kind puts it.
pub(super) fn message(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let error = value.get("error").unwrap_or(&value);
    [error.get("message"), Some(error), value.get("message"), value.get("detail")]
        .into_iter()
        .flatten()
        .find_map(|text| text.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_own_words_are_found_and_shortened() {
        for (body, words) in [
            (r#"{"error":{"message":"No such\n model"}}"#, Some("No such model")),
            (r#"{"error":"Batch size error","error_type":"Validation"}"#, Some("Batch size error")),
            (r#"{"object":"error","message":"too long"}"#, Some("too long")),
            (r#"{"detail":"Not Found"}"#, Some("Not Found")),
            (r#"{"error":{"code":1}}"#, None),
            ("<html>", None),
        ] {
            let found = message(body.as_bytes()).map(|text| quoted(&text));
            assert_eq!(found.as_deref(), words, "{body}");
        }
        let long = quoted(&"ä".repeat(500));
        assert_eq!(long.chars().count(), 201, "200 characters and a sign that more was there");
    }

    #[test]
    fn vectors_that_differ_in_size_by_far_become_unit_length() {
        for scale in [1e-20_f32, 1.0, 1e20] {
            let mut row = [3.0 * scale, 4.0 * scale];
            assert!(make_unit(&mut row), "{scale} is a length");
            assert_eq!(row, [0.6, 0.8], "neither overflow nor underflow at {scale}");
        }
        for row in [[0.0, 0.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0]] {
            assert!(!make_unit(&mut row.clone()), "{row:?} points nowhere");
        }
    }
}
