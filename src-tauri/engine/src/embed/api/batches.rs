//! How many texts go into one request, and how much of each.

use std::ops::Range;

use tiktoken_rs::{CoreBPE, cl100k_base_singleton};

use super::ApiModel;

/// What a server takes in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiLimits {
    pub texts_per_request: usize,
    /// Of all texts of a request together.
    pub tokens_per_request: usize,
    /// Keeps a request small where tokens are only guessed, and the time short
    /// that it takes to count them.
    pub characters_per_request: usize,
}

impl Default for ApiLimits {
    /// OpenAI takes 2048 texts and 300,000 tokens at once (its API reference,
    /// "Create embeddings"). Fewer texts lose less when a request fails, and
    /// keep the time until the person sees progress short.
    fn default() -> Self {
        Self {
            texts_per_request: 256,
            tokens_per_request: 300_000,
            characters_per_request: 500_000,
        }
    }
}

/// Texts of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Which of the texts.
    pub range: Range<usize>,
    /// As they are sent: with the prefix, and cut where too long.
    pub inputs: Vec<String>,
    /// Of all inputs, guessed where the model's tokenizer is not known.
    pub tokens: usize,
}

/// See [`batches`].
pub struct Batches<'a> {
    model: &'a ApiModel,
    limits: ApiLimits,
    texts: &'a [&'a str],
    next: usize,
}

/// The requests that `texts` make, in their order. Worked out one by one, so
/// that a long list neither waits nor fills the memory.
#[must_use]
pub fn batches<'a>(model: &'a ApiModel, limits: ApiLimits, texts: &'a [&'a str]) -> Batches<'a> {
    Batches { model, limits, texts, next: 0 }
}

impl Iterator for Batches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let start = self.next;
        let (mut inputs, mut tokens, mut characters) = (Vec::new(), 0, 0);
        while self.next < self.texts.len() && inputs.len() < self.limits.texts_per_request.max(1) {
            let (input, own) = input(self.model, self.texts[self.next]);
            let length = input.chars().count();
            let fits = tokens + own <= self.limits.tokens_per_request
                && characters + length <= self.limits.characters_per_request;
            // A text that is more than the limit alone is for the server to refuse.
            if !fits && !inputs.is_empty() {
                break;
            }
            tokens += own;
            characters += length;
            inputs.push(input);
            self.next += 1;
        }
        (!inputs.is_empty()).then_some(Batch { range: start..self.next, inputs, tokens })
    }
}

/// Tokens of `text` as `model` counts them, if its tokenizer is known.
#[must_use]
pub fn tokens_of(model: &str, text: &str) -> Option<usize> {
    Some(tokenizer_of(model)?.encode_ordinary(text).len())
}

/// Tokens of `text` where the tokenizer is not known: four characters of
/// English each, and one character of most other scripts.
#[must_use]
pub fn guessed_tokens(text: &str) -> usize {
    quarters(text).div_ceil(4)
}

/// OpenAI's embedding models all use one tokenizer.
fn tokenizer_of(model: &str) -> Option<&'static CoreBPE> {
    matches!(model, "text-embedding-3-small" | "text-embedding-3-large" | "text-embedding-ada-002")
        .then(cl100k_base_singleton)
}

/// What is sent of `text`, and its tokens.
fn input(model: &ApiModel, text: &str) -> (String, usize) {
    let mut input = format!("{}{text}", model.prefix);
    let most = (model.max_tokens as usize).max(1);
    let tokens = match tokenizer_of(&model.model) {
        Some(tokenizer) => {
            let tokens = tokenizer.encode_ordinary(&input);
            if tokens.len() > most {
                let bytes = tokenizer.decode_bytes(&tokens[..most]).unwrap_or_default();
                input.truncate(input.floor_char_boundary(bytes.len()));
            }
            tokens.len().min(most)
        }
        None => {
            let mut used = 0;
            let end = input.char_indices().find_map(|(at, c)| {
                used += quarters_of(c);
                (used > most * 4).then_some(at)
            });
            input.truncate(end.unwrap_or(input.len()));
            guessed_tokens(&input)
        }
    };
    // Servers refuse a whole batch for one empty text.
    if input.is_empty() {
        input.push(' ');
    }
    (input, tokens.max(1))
}

fn quarters(text: &str) -> usize {
    text.chars().map(quarters_of).sum()
}

fn quarters_of(c: char) -> usize {
    if c.is_ascii() { 1 } else { 4 }
}
