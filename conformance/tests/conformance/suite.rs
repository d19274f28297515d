//! The content of `cases/` and `documents/`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// All topics and the sets of documents that they share.
pub(crate) struct Suite {
    pub(crate) topics: Vec<Topic>,
    pub(crate) sets: BTreeMap<String, DocumentSet>,
}

/// One file of cases.
pub(crate) struct Topic {
    /// Name of the file, without its ending.
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    pub(crate) title: String,
    /// Key in [`Suite::sets`].
    pub(crate) set: String,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    title: String,
    documents: Documents,
    /// Default question of cases and steps.
    #[serde(default)]
    query: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Documents {
    Shared(String),
    Own(DocumentSet),
}

/// The content of a catalogue.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentSet {
    /// Objects (files) in the order they arrive; the same object again is a newer state of it.
    pub(crate) objects: Vec<Object>,
}

/// One object: its records, its bytes, or its removal.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Object {
    /// Key, such as `silver/crime.json`; its first part names the provider.
    pub(crate) object: String,
    /// The object's clock in milliseconds.
    #[serde(default = "some_time")]
    pub(crate) modified: u64,
    #[serde(default)]
    records: Option<Vec<Value>>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    generate: Option<Generate>,
    #[serde(default)]
    pub(crate) removed: bool,
}

/// Many records from one rule.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Generate {
    count: usize,
    record: Map<String, Value>,
}

fn some_time() -> u64 {
    1_000
}

impl Object {
    /// The bytes of the object.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match (&self.records, &self.text, &self.generate) {
            (Some(records), None, None) => json!(records).to_string().into_bytes(),
            (None, Some(text), None) => text.clone().into_bytes(),
            (None, None, Some(rule)) => json!(rule.records()).to_string().into_bytes(),
            (None, None, None) if self.removed => Vec::new(),
            _ => panic!("{}: give one of records, text, generate, removed", self.object),
        }
    }
}

impl Generate {
    fn records(&self) -> Vec<Value> {
        let record = |number: usize| {
            let field = |(name, rule): (&String, &Value)| (name.clone(), generated(rule, number));
            Value::Object(self.record.iter().map(field).collect())
        };
        (1..=self.count).map(record).collect()
    }
}

/// `{n}` in a text is the record's number in five digits; `{cycle: [..]}` takes the next value for each record.
fn generated(rule: &Value, number: usize) -> Value {
    match rule {
        Value::String(text) => Value::String(text.replace("{n}", &format!("{number:05}"))),
        Value::Array(items) => items.iter().map(|item| generated(item, number)).collect(),
        Value::Object(fields) => match fields.get("cycle").and_then(Value::as_array) {
            Some(values) => generated(&values[(number - 1) % values.len()], number),
            None => rule.clone(),
        },
        _ => rule.clone(),
    }
}

/// One question, or several dependent ones.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(default)]
    steps: Option<Vec<Step>>,
    #[serde(default)]
    query: String,
    #[serde(default)]
    variables: Map<String, Value>,
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    errors: Option<Vec<Value>>,
    #[serde(default)]
    warnings: Vec<Value>,
}

/// One question with its answer.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// The question; empty for the default of the file.
    #[serde(default)]
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) variables: Map<String, Value>,
    /// Map of a name to a JSON pointer into the data: later steps use the value as `$name`.
    #[serde(default)]
    pub(crate) capture: BTreeMap<String, String>,
    /// Number of repetitions, each with the values captured by the previous one; the last answer is compared.
    #[serde(default = "once")]
    pub(crate) repeat: usize,
    #[serde(default)]
    pub(crate) data: Option<Value>,
    #[serde(default)]
    pub(crate) errors: Option<Vec<Value>>,
    #[serde(default)]
    pub(crate) warnings: Vec<Value>,
}

fn once() -> usize {
    1
}

impl Case {
    /// Its steps; a case of one question is a case of one step.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let one = || Step {
            query: self.query.clone(),
            variables: self.variables.clone(),
            capture: BTreeMap::new(),
            repeat: 1,
            data: self.data.clone(),
            errors: self.errors.clone(),
            warnings: self.warnings.clone(),
        };
        self.steps.clone().unwrap_or_else(|| vec![one()])
    }

    /// Inserts the default question of the file.
    fn complete(&mut self, question: &str) {
        let steps = self.steps.iter_mut().flatten().map(|step| &mut step.query);
        for query in steps.chain([&mut self.query]).filter(|query| query.is_empty()) {
            question.clone_into(query);
        }
    }
}

impl Suite {
    /// Reads both folders.
    pub(crate) fn read() -> Self {
        let mut sets = BTreeMap::new();
        for file in yaml_files("documents") {
            sets.insert(name_of(&file), parse(&file));
        }
        let mut topics = Vec::new();
        for file in yaml_files("cases") {
            let TopicFile { title, documents, query, mut cases } = parse(&file);
            cases.iter_mut().for_each(|case| case.complete(&query));
            let name = name_of(&file);
            let set = match documents {
                Documents::Shared(set) => set,
                Documents::Own(own) => {
                    sets.insert(format!("cases/{name}"), own);
                    format!("cases/{name}")
                }
            };
            assert!(sets.contains_key(&set), "{}: there is no documents/{set}.yaml", file.display());
            let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
            names.sort_unstable();
            if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
                panic!("{}: two cases are named {:?}", file.display(), twice[0]);
            }
            topics.push(Topic { name, file, title, set, cases });
        }
        Self { topics, sets }
    }
}

fn yaml_files(folder: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    files
}

fn name_of(file: &std::path::Path) -> String {
    file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned()
}

fn parse<T: serde::de::DeserializeOwned>(file: &std::path::Path) -> T {
    let text = fs::read_to_string(file).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
