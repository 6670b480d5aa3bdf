//! The lists that come with the app, compiled in so that the first start needs no file.
//!
//! The mixed words are from the public lists of dariusk/corpora (CC0); the
//! answers to the survey were made up for Kindred.

use crate::messages::{Sample, Unit};

/// One list that comes with the app.
pub(crate) struct SampleList {
    pub(crate) id: &'static str,
    /// Also the name of the workbook made from it.
    pub(crate) name: &'static str,
    /// Tells how to read `contents`.
    pub(crate) file_name: &'static str,
    pub(crate) contents: &'static str,
    unit: Unit,
    item_count: u32,
}

/// In the order the start screen shows them.
pub(crate) const SAMPLES: [SampleList; 3] = [
    SampleList {
        id: "fruit-countries-companies",
        name: "Fruit, countries, companies",
        file_name: "fruit-countries-companies.txt",
        contents: include_str!("../samples/fruit-countries-companies.txt"),
        unit: Unit::Words,
        item_count: 9,
    },
    SampleList {
        id: "mixed-words",
        name: "Mixed words",
        file_name: "mixed-words.csv",
        contents: include_str!("../samples/mixed-words.csv"),
        unit: Unit::Words,
        item_count: 564,
    },
    SampleList {
        id: "library-survey",
        name: "Answers to a library survey",
        file_name: "library-survey.txt",
        contents: include_str!("../samples/library-survey.txt"),
        unit: Unit::Sentences,
        item_count: 203,
    },
];

pub(crate) fn find(id: &str) -> Option<&'static SampleList> {
    SAMPLES.iter().find(|sample| sample.id == id)
}

impl From<&SampleList> for Sample {
    fn from(sample: &SampleList) -> Self {
        Self {
            id: sample.id.to_owned(),
            name: sample.name.to_owned(),
            item_count: sample.item_count,
            unit: sample.unit,
        }
    }
}
