//! Proposes a mapping for a file that nobody has described: by the names in it, and by what stands under them.

mod guess;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Map, Value};

use self::guess::{Sample, SampleKey, guess};
use crate::{
    read::RecordReader,
    shape::{
        Preset,
        names::{self, MovieField},
        values,
    },
};

/// Records looked at.
const MAX_RECORDS: usize = 500;

/// Values kept of a name.
const MAX_VALUES: usize = 200;

/// Names looked at.
const MAX_NAMES: usize = 300;

/// Levels of objects in records that are looked into.
const MAX_LEVELS: usize = 2;

/// A mapping that may fit a file.
///
/// ```
/// let file = "Werk;Jahr;Mitwirkende\nDas Boot;1981;Jürgen Prochnow, Herbert Grönemeyer\nM;1931;Peter Lorre, Otto Wernicke\n";
/// let proposal = wikimovie_ingest::propose::propose(file.as_bytes(), "filme.csv").unwrap();
/// assert!(proposal.text().contains(r#""title": "Werk""#));
/// ```
#[derive(Debug, Serialize)]
pub struct Proposal {
    #[serde(rename = "$schema")]
    schema: &'static str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(serialize_with = "in_order")]
    fields: Vec<(String, SampleKey)>,
    /// Names that fill nothing; in a mapping, names that receipts pass over.
    #[serde(rename = "ignore", skip_serializing_if = "Vec::is_empty")]
    unplaced: Vec<String>,
    #[serde(skip)]
    preset: Option<&'static str>,
}

/// Why nothing can be proposed.
#[derive(Debug, thiserror::Error)]
pub enum ProposeError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] std::io::Error),
    /// It holds no records.
    #[error("{0}")]
    NoRecords(String),
}

impl Proposal {
    /// The text of the file `_mapping.json`.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Names that could not be placed.
    pub fn unplaced(&self) -> &[String] {
        &self.unplaced
    }

    /// The preset as which the file is read without a mapping.
    pub fn preset(&self) -> Option<&'static str> {
        self.preset
    }

    /// Whether it says where titles are; without that no record is a movie.
    pub fn has_title(&self) -> bool {
        self.fields.iter().any(|(field, _)| field == MovieField::Title.name())
    }
}

fn in_order<S: Serializer>(fields: &[(String, SampleKey)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(fields.len()))?;
    for (field, source) in fields {
        map.serialize_entry(field, source)?;
    }
    map.end()
}

/// Looks at the first records of a file.
///
/// # Errors
/// Where it has none, or cannot be read.
pub fn propose(source: impl Read + Send, name: &str) -> Result<Proposal, ProposeError> {
    let mut records = RecordReader::new(source, name).of_anything();
    let mut samples = Samples::default();
    let (mut seen, mut refusal) = (0_usize, None);
    while seen < MAX_RECORDS
        && let Some(record) = records.next()
    {
        // Columns keep the order of the header.
        if samples.order.is_empty()
            && let Some(header) = records.shape_hints().header
        {
            header.iter().for_each(|name| samples.name(name));
        }
        match record {
            Ok(record) => {
                seen += 1;
                samples.add(&record.fields);
            }
            Err(refused) => drop(refusal.get_or_insert(refused.message)),
        }
    }
    if let Some(failure) = records.take_failure() {
        return Err(failure.into());
    }
    let hints = records.shape_hints();
    if let Some(header) = &hints.header {
        header.iter().for_each(|name| samples.name(name));
    }
    if seen == 0 && hints.header.is_none() {
        let why = refusal.unwrap_or_else(|| "the file is empty".to_owned());
        return Err(ProposeError::NoRecords(why));
    }
    let normal: Vec<String> = samples.names().map(names::normal).collect();
    let preset = Preset::of_path(&hints.steps).or_else(|| Preset::of(&normal));
    let samples = samples.finish();
    let fields = guess(&samples, preset, seen.min(MAX_VALUES));
    let used = |sample: &&Sample| fields.iter().any(|(_, source)| *source == sample.key);
    let roots: BTreeSet<&str> = samples.iter().filter(used).map(|sample| sample.key.root()).collect();
    let names = samples.iter().filter_map(|sample| match &sample.key {
        SampleKey::Name(name) => Some(name),
        SampleKey::Path { .. } => None,
    });
    let unplaced: Vec<String> = names.filter(|name| !roots.contains(name.as_str())).cloned().collect();
    let count = if seen == MAX_RECORDS { "the first " } else { "" };
    Ok(Proposal {
        schema: "https://wikimovie.example/mapping.schema.json",
        description: format!("Proposed from {count}{seen} records ({}): check each field", records.format()),
        records: records_path(&hints.steps),
        encoding: records.is_foreign().then_some("windows-1252"),
        fields,
        unplaced,
        preset: preset.map(|preset| preset.name),
    })
}

fn records_path(steps: &[String]) -> Option<String> {
    if steps.is_empty() {
        return None;
    }
    let path: String = steps.iter().map(|step| segment(step)).collect();
    Some(["$", &path, "[*]"].concat())
}

/// A name as a segment of a path.
fn segment(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if is_plain {
        [".", name].concat()
    } else {
        ["['", &name.replace('\\', "\\\\").replace('\'', "\\'"), "']"].concat()
    }
}

/// Names as they are met, and values of them.
#[derive(Default)]
struct Samples {
    order: Vec<SampleKey>,
    by_key: BTreeMap<SampleKey, Sample>,
}

impl Samples {
    /// Takes note of a name of the record.
    fn name(&mut self, name: &str) {
        if !name.is_empty() {
            self.key(&SampleKey::Name(name.to_owned()));
        }
    }

    fn key(&mut self, key: &SampleKey) {
        if self.order.len() < MAX_NAMES && !self.by_key.contains_key(key) {
            self.order.push(key.clone());
            self.by_key.insert(key.clone(), Sample::new(key.clone()));
        }
    }

    /// Names of records, as they are met.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(|key| match key {
            SampleKey::Name(name) => name.as_str(),
            SampleKey::Path { path, .. } => path,
        })
    }

    fn add(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields {
            self.name(name);
            self.add_value(&SampleKey::Name(name.clone()), value);
            self.add_members(name, &["$", &segment(name)].concat(), value, MAX_LEVELS);
        }
    }

    fn add_members(&mut self, root: &str, path: &str, value: &Value, levels: usize) {
        let Value::Object(members) = values::plain(value) else { return };
        if levels == 0 {
            return;
        }
        for (name, value) in members {
            let path = [path, &segment(name)].concat();
            let key = SampleKey::Path { path, root: root.to_owned(), name: name.clone() };
            self.key(&key);
            self.add_value(&key, value);
            if let SampleKey::Path { path, .. } = key {
                self.add_members(root, &path, value, levels - 1);
            }
        }
    }

    fn add_value(&mut self, key: &SampleKey, value: &Value) {
        if let Some(sample) = self.by_key.get_mut(key)
            && sample.values.len() < MAX_VALUES
        {
            sample.add(values::plain(value));
        }
    }

    fn finish(mut self) -> Vec<Sample> {
        self.order.iter().filter_map(|key| self.by_key.remove(key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mapping, MovieReader, Rules, document::Origin};

    fn movies(file: &str, name: &str) -> (Vec<wikimovie_domain::Movie>, Proposal) {
        let proposal = propose(file.as_bytes(), name).unwrap();
        let text = proposal.text();
        let mapping = Mapping::parse("m", text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        let origin = Origin { provider: "p".into(), object: name.into(), generation: 1 };
        let rules = Rules { mapping: Some(mapping.into()), ..Rules::default() };
        let reader = MovieReader::by(file.as_bytes(), origin, rules);
        (reader.map(Result::unwrap).collect(), proposal)
    }

    #[test]
    fn an_unknown_table_is_mapped() {
        let (movies, proposal) = movies(
            "Nr;Werk;Erschienen;Mitwirkende;Sparte;Worum es geht;Dauer in Min;Bemerkung\n\
             1;Das Boot;1981;Jürgen Prochnow, Herbert Grönemeyer;Drama|Krieg;Die Männer eines U-Boots warten tief unter dem Atlantik auf das Ende eines Angriffs, und auf das eigene.;149;a\n\
             2;M;1931;Peter Lorre, Otto Wernicke;Krimi|Drama;Eine Stadt sucht einen Mörder, die Polizei und die Unterwelt um die Wette, bis ein Blinder ihn erkennt.;117;\n\
             3;Metropolis;1927;Brigitte Helm, Gustav Fröhlich;Drama|Science Fiction;Oben wird geplant, unten wird gearbeitet, und ein Sohn von oben geht hinab, um zu sehen, wer dort lebt.;153;\n",
            "filme.csv",
        );
        assert_eq!(movies.len(), 3, "{}", proposal.text());
        assert_eq!(movies[0].title, "Das Boot", "{}", proposal.text());
        assert_eq!(movies[0].year.map(wikimovie_domain::Year::get), Some(1981));
        assert_eq!(movies[0].cast, ["Jürgen Prochnow", "Herbert Grönemeyer"]);
        assert_eq!(movies[0].genres, ["Drama", "Krieg"]);
        assert!(movies[0].summary.is_some());
        assert_eq!(proposal.unplaced(), ["Nr", "Bemerkung"], "{}", proposal.text());
        assert_eq!(movies[0].details.runtime, Some(149));
        assert!(proposal.has_title() && proposal.preset().is_none());
    }

    #[test]
    fn records_deep_inside_are_found() {
        let (movies, proposal) = movies(
            r#"{"katalog":{"stand":1,"eintraege":[
                {"id":7,"angaben":{"titel":"Das Boot","jahr":1981},"personen":["Jürgen Prochnow"]},
                {"id":8,"angaben":{"titel":"M","jahr":1931},"personen":["Peter Lorre"]}]}}"#,
            "a.json",
        );
        assert_eq!(movies.len(), 2, "{}", proposal.text());
        assert_eq!((movies[1].title.as_str(), movies[1].id.as_str()), ("M", "p:8"));
        assert_eq!(movies[1].cast, ["Peter Lorre"], "{}", proposal.text());
        assert_eq!(proposal.records.as_deref(), Some("$.katalog.eintraege[*]"));
    }

    #[test]
    fn names_that_look_like_paths_and_quotes_are_mapped() {
        let (movies, proposal) = movies(
            r#"{"it's":{"a \"list\"":[
                {"$id":"7","$name":"Das Boot","an.gaben":{"jahr.":1981},"$.rest":"x"},
                {"$id":"8","$name":"M","an.gaben":{"jahr.":1931},"$.rest":"x"}]}}"#,
            "a.json",
        );
        let text = proposal.text();
        assert_eq!(movies.len(), 2, "{text}");
        assert_eq!((movies[1].title.as_str(), movies[1].id.as_str()), ("M", "p:8"), "{text}");
        assert_eq!(movies[1].year.map(wikimovie_domain::Year::get), Some(1931), "{text}");
        assert_eq!(proposal.unplaced(), ["$.rest"]);
    }

    #[test]
    fn another_encoding_is_found_in_header_and_rows() {
        let file =
            |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
        for (text, name) in [
            ("Filmtitel;Jahr;L\u{e4}nge\nM;1931;117\nNosferatu;1922;94\n", "a.csv"),
            ("Filmtitel;Jahr\nM;1931\nAm\u{e9}lie;2001\nNosferatu;1922\n", "a.csv"),
            ("{\"Filmtitel\":\"M\"}\n{\"Filmtitel\":\"Am\u{e9}lie\"}\n", "a.ndjson"),
            ("[{\"Filmtitel\":\"M\"},{\"Filmtitel\":\"Am\u{e9}lie\"}]", "a.json"),
        ] {
            let proposal = propose(file(text).as_slice(), name).unwrap();
            assert_eq!(proposal.encoding, Some("windows-1252"), "{text}");
            assert!(proposal.has_title() && !proposal.text().contains('\u{fffd}'), "{}", proposal.text());
            assert_eq!(propose(text.as_bytes(), name).unwrap().encoding, None, "{text}");
        }
    }

    #[test]
    fn known_shapes_and_nothing_at_all_are_told() {
        let (_, proposal) = movies("movieId,title,genres\n1,Heat (1995),Action|Crime\n", "a.csv");
        assert_eq!(proposal.preset(), Some("movielens"));
        for empty in ["", " \n", "<html>", "[]"] {
            assert!(matches!(propose(empty.as_bytes(), "a"), Err(ProposeError::NoRecords(_))), "{empty:?}");
        }
    }
}
