//! Which column holds the texts, which one the categories, and whether the
//! first row names them. Guesses: the person sees them and can choose.

use std::collections::HashSet;

use super::ListFormat;
use super::reader::Sample;
use crate::items::normalise;

/// More columns than this are not looked at or shown.
pub(super) const MAX_COLUMNS: usize = 256;

/// Usual names of columns, in lower case with spaces between them.
/// Of other languages only those that are no English words: those might be in a list.
const TEXT_NAMES: &str = "text texts word words phrase phrases sentence sentences item items term terms \
    keyword keywords question query comment comments answer response message name title headline \
    description review statement content body utterance \
    wort wörter begriff begriffe suchbegriff suchbegriffe stichwort stichwörter schlagwort schlagwörter \
    satz sätze frage fragen antwort antworten kommentar kommentare titel bezeichnung \
    mots réponse réponses commentaire commentaires titre palabra palabras término términos pregunta \
    respuesta respuestas comentario comentarios título parola domanda risposta risposte commento titolo \
    palavra palavras pergunta resposta respostas woord woorden vraag antwoord antwoorden";
const CATEGORY_NAMES: &str = "category categories topic topics label labels class group tag tags intent \
    theme cluster genre type \
    kategorie kategorien thema themen gruppe klasse rubrik catégorie catégories thème groupe \
    categoría categorías tema grupo clase categoria gruppo classe categorie onderwerp groep";
const COUNT_NAMES: &str = "count counts occurrences occurrence frequency freq volume times hits searches \
    searchvolume search_volume anzahl häufigkeit suchvolumen fréquence frecuencia frequenza aantal";
const OTHER_NAMES: &str = "id no nr number index date time timestamp confidence pinned url \
    nummer datum zeit fecha";

/// Names that only Kindred gives together, and those of other columns it writes.
const OUR_NAMES: [&str; 3] = ["text", "topic", "confidence"];
/// Columns that Kindred writes and makes anew.
const OUR_OPINIONS: &str = "confidence runner_up topic_id runner_up_id";

/// A category is a few words at most.
const MAX_CATEGORY_CHARS: f64 = 40.0;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) has_header: bool,
    pub(super) text_column: usize,
    pub(super) category_column: Option<usize>,
    pub(super) count_column: Option<usize>,
    pub(super) topic_column: Option<usize>,
    pub(super) pinned_column: Option<usize>,
    /// All others.
    pub(super) kept_columns: Vec<usize>,
}

/// Looks at the first rows. `names` are those of the columns when no row says them.
pub(super) fn guess(format: ListFormat, sample: &Sample) -> Guess {
    if format == ListFormat::Text {
        return Guess::default();
    }
    let Sample { rows, columns, names, .. } = sample;
    let sound: Vec<&Vec<String>> = rows.iter().filter(|row| row.len() == *columns).collect();
    let columns = (*columns).min(MAX_COLUMNS);
    let has_header = match (rows.first(), sound.split_first()) {
        _ if names.is_some() => true,
        // A header is the first row or none.
        (Some(first), Some((header, body))) if std::ptr::eq(first, *header) && !body.is_empty() => {
            is_header(header, body, columns)
        }
        _ => false,
    };
    let (header, body) = match (names, sound.split_first()) {
        (Some(names), _) => (Some(names), &sound[..]),
        (None, Some((header, body))) if has_header => (Some(*header), body),
        _ => (None, &sound[..]),
    };
    let name = |column: usize| header.and_then(|header| header.get(column)).map(String::as_str);
    let kinds: Vec<Column> =
        (0..columns).map(|column| Column::look(name(column), body, column)).collect();
    let find = |names: &str| (0..columns).find(|&column| kinds[column].is_named(names));
    let is_ours = header.is_some_and(|header| is_ours(header));
    let topic_column = find("topic").filter(|_| is_ours);
    let pinned_column = find("pinned").filter(|_| is_ours);
    let text_column = match find("text") {
        Some(column) if is_ours => column,
        // Of equals the first.
        _ => (1..columns).fold(0, |best, column| {
            if kinds[column].likeness_to_text() > kinds[best].likeness_to_text() {
                column
            } else {
                best
            }
        }),
    };
    let count_column = find(COUNT_NAMES)
        .filter(|&column| column != text_column && kinds[column].filled == kinds[column].numbers);
    let taken = [Some(text_column), topic_column, pinned_column, count_column];
    let mut others = (0..columns).filter(|&column| !taken.contains(&Some(column)));
    let category_column = if is_ours {
        others.find(|&column| kinds[column].is_named("category"))
    } else {
        others
            .clone()
            .find(|&column| kinds[column].is_named(CATEGORY_NAMES) && kinds[column].filled > 0)
            .or_else(|| others.find(|&column| kinds[column].is_repetitive()))
    };
    let is_kept = |&column: &usize| {
        !taken.contains(&Some(column))
            && Some(column) != category_column
            && !(is_ours && kinds[column].is_named(OUR_OPINIONS))
    };
    let kept_columns = (0..columns).filter(is_kept).collect();
    Guess {
        has_header,
        text_column,
        category_column,
        count_column,
        topic_column,
        pinned_column,
        kept_columns,
    }
}

/// Whether Kindred itself wrote this header.
pub(super) fn is_ours<S: AsRef<str>>(header: &[S]) -> bool {
    let has = |name: &&str| header.iter().any(|cell| is_one_of(cell.as_ref(), name));
    OUR_NAMES.iter().all(has)
}

/// Whether a cell of `row` is a usual name of a column.
pub(super) fn names_columns(row: &[String]) -> bool {
    row.iter().any(|cell| is_one_of(cell, TEXT_NAMES) || is_one_of(cell, CATEGORY_NAMES))
}

fn is_one_of(cell: &str, names: &str) -> bool {
    let cell = normalise(cell).to_lowercase();
    names.split_whitespace().any(|name| name == cell)
}

fn is_header(header: &[String], body: &[&Vec<String>], columns: usize) -> bool {
    let names: Vec<String> = header[..columns].iter().map(|cell| normalise(cell)).collect();
    // Where other rows are longer, the last columns have no names.
    let said = || names.iter().filter(|name| !name.is_empty());
    let distinct: HashSet<&String> = said().collect();
    if distinct.len() < said().count() || names.iter().any(|name| is_number(name)) {
        return false;
    }
    if names_columns(header) {
        return true;
    }
    // Or it stands out from what is below it: a word above numbers, or the
    // only cell that is not said again in a column that repeats itself.
    names.iter().all(|name| !name.is_empty())
        && (0..columns).any(|column| {
            let below = Column::look(None, body, column);
            let is_above_numbers = below.filled > 1 && below.numbers == below.filled;
            let is_said_again = body.iter().any(|row| normalise(&row[column]) == names[column]);
            is_above_numbers || (below.is_repetitive() && !is_said_again)
        })
}

fn is_number(cell: &str) -> bool {
    cell.replace(',', ".").trim_end_matches('%').trim().parse::<f64>().is_ok()
}

/// What a column's cells are like.
struct Column {
    name: Option<String>,
    rows: usize,
    filled: usize,
    distinct: usize,
    numbers: usize,
    /// Characters per filled cell.
    mean_chars: f64,
    /// Share of letters and spaces among all characters, 0 to 1.
    letters: f64,
}

impl Column {
    fn look(name: Option<&str>, body: &[&Vec<String>], column: usize) -> Self {
        let cells: Vec<String> = body
            .iter()
            .map(|row| normalise(&row[column]))
            .filter(|cell| !cell.is_empty())
            .collect();
        let distinct: HashSet<&String> = cells.iter().collect();
        let chars: usize = cells.iter().map(|cell| cell.chars().count()).sum();
        let letters = cells
            .iter()
            .flat_map(|cell| cell.chars())
            .filter(|c| c.is_alphabetic() || *c == ' ')
            .count();
        Self {
            name: name.map(str::to_owned),
            rows: body.len(),
            filled: cells.len(),
            distinct: distinct.len(),
            numbers: cells.iter().filter(|cell| is_number(cell)).count(),
            mean_chars: chars as f64 / cells.len().max(1) as f64,
            letters: letters as f64 / chars.max(1) as f64,
        }
    }

    fn is_named(&self, names: &str) -> bool {
        self.name.as_deref().is_some_and(|name| is_one_of(name, names))
    }

    /// Texts fill their column, differ, are words rather than numbers or
    /// codes, and are longer than what else a row says.
    fn likeness_to_text(&self) -> f64 {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let by_name = if self.is_named(TEXT_NAMES) {
            3.0
        } else if self.is_named(CATEGORY_NAMES) {
            0.3
        } else if self.is_named(OTHER_NAMES) || self.is_named(COUNT_NAMES) {
            0.1
        } else {
            1.0
        };
        by_name
            * share(self.filled, self.rows)
            * share(self.distinct, self.filled)
            * (1.0 - share(self.numbers, self.filled))
            * (0.1 + self.letters * self.letters)
            * (1.0 + self.mean_chars.ln_1p())
    }

    /// Categories are short words that are said again and again.
    fn is_repetitive(&self) -> bool {
        self.filled >= 4
            && self.distinct >= 2
            && self.distinct * 2 <= self.filled
            && self.numbers * 2 <= self.filled
            && self.mean_chars <= MAX_CATEGORY_CHARS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(what: &str, rows: &[&[&str]], header: bool, text: usize, category: Option<usize>) {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
        let columns = rows[0].len();
        let sample = Sample { rows, columns, names: None, agreement: 1.0 };
        let guess = guess(ListFormat::Csv, &sample);
        let found = (guess.has_header, guess.text_column, guess.category_column);
        assert_eq!(found, (header, text, category), "{what}");
    }

    #[test]
    fn columns_are_guessed_from_names_and_from_what_is_in_them() {
        check(
            "usual names",
            &[&["text", "category"], &["apple", "fruit"], &["kiwi", "fruit"]],
            true,
            0,
            Some(1),
        );
        check(
            "names in another order",
            &[&["Label", "Text"], &["fruit", "apple"], &["fruit", "kiwi"]],
            true,
            1,
            Some(0),
        );
        check(
            "names in another language",
            &[&["Kategorie", "Stichwort"], &["Obst", "Apfel"], &["Gemüse", "Kohl"]],
            true,
            1,
            Some(0),
        );
        check("one column with its name", &[&["word"], &["apple"], &["kiwi"]], true, 0, None);
        check("one column without", &[&["apple"], &["kiwi"], &["plum"]], false, 0, None);
        check(
            "no header, nothing repeats",
            &[&["apple", "red"], &["kiwi", "green"]],
            false,
            0,
            None,
        );
        check(
            "numbers below a word",
            &[&["Wort", "Anzahl"], &["Apfel", "3"], &["Birne", "4"]],
            true,
            0,
            None,
        );
        check("a number first", &[&["id", "text"], &["1", "apple"], &["2", "kiwi"]], true, 1, None);
        check(
            "a column that repeats itself, under a name of its own",
            &[
                &["Wort", "Sorte"],
                &["Apfel", "Obst"],
                &["Birne", "Obst"],
                &["Kohl", "Rohes"],
                &["Lauch", "Rohes"],
            ],
            true,
            0,
            Some(1),
        );
        check(
            "the same without names",
            &[&["Obst", "Apfel"], &["Obst", "Birne"], &["Rohes", "Kohl"], &["Rohes", "Lauch"]],
            false,
            1,
            Some(0),
        );
        check(
            "codes beside words",
            &[
                &["code", "thing"],
                &["7f3a-99b2-c1", "apple pie"],
                &["88aa-12ff-d2", "plum cake"],
                &["1234-77ab-e3", "rye bread"],
            ],
            false,
            1,
            None,
        );
    }
}
