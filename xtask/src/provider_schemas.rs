//! Schemas of the AWS provider, read out of the classes that are generated from them (npm: `@cdktn/provider-aws`), as JSON
//! in the shape of `terraform providers schema`.
//!
//! Of a class, `index.js` tells each attribute's type and whether the provider computes it, `index.d.ts` whether it may be
//! left out.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use regex::{Captures, Regex};
use serde_json::{Value, json};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Folder of the package's classes
    classes: PathBuf,
    /// Folders of it: `provider`, `sqs-queue`, `data-aws-region`
    #[arg(required = true)]
    names: Vec<String>,
}

/// Prints the schemas of some classes.
///
/// # Errors
/// Where a class is not there or has another shape.
pub(crate) fn print(arguments: &Arguments) -> Result<()> {
    let mut schemas = json!({ "provider": null, "resource_schemas": {}, "data_source_schemas": {} });
    for name in &arguments.names {
        let class = Class::read(&arguments.classes.join(name)).with_context(|| name.clone())?;
        let (kind, name, schema) = class.schema().with_context(|| name.clone())?;
        match kind.as_str() {
            "Provider" => schemas["provider"] = schema,
            "Resource" => schemas["resource_schemas"][name] = schema,
            _ => schemas["data_source_schemas"][name.trim_start_matches("data_")] = schema,
        }
    }
    println!("{schemas}");
    Ok(())
}

/// A pattern of this file.
fn pattern(pattern: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "the patterns are constants, each of which a test compiles")]
    Regex::new(pattern).expect("a valid pattern")
}

macro_rules! patterns {
    ($($name:ident = $pattern:expr;)*) => { $(static $name: LazyLock<Regex> = LazyLock::new(|| pattern($pattern));)* };
}

patterns! {
    STRUCT = r"(?ms)^function (\w+?)ToHclTerraform\(struct\) \{(.*?)^\}";
    CLASS = r"(?ms)^class (\w+) extends [\w.]+ \{(.*?)^\}";
    HEAD = r"(?ms)^class (\w+) extends cdkt[fn]\.Terraform(Resource|DataSource|Provider) \{(.*?)^\}";
    TYPE_NAME = r#"tfResourceType = "(\w+)""#;
    ATTRIBUTE = concat!(
        r#"(?ms)^\s+'?"?([a-z0-9_]+)'?"?: \{\s*\n\s*value: .*?,\n\s*isBlock: (true|false),\n\s*type: "(\w+)",\n"#,
        r#"\s*storageClassType: "(\w+)""#,
    );
    INTERFACE = r"(?s)export interface (\w+)[^{]*\{\n(.*?)\n\}";
    FIELD = r"(?s)/\*\*(.*?)\*/\s*readonly \w+(\??): [^;]+;";
    FIELD_NAME = r"#(\w+) [\w.]+#\w+\}";
    GETTER = r"// (\w+) - computed: (true|false), optional: (?:true|false), required: (?:true|false)\n";
    GETTER_END = r"\n\s+// (?:\w+ - computed|=====)";
    CALL = r"this\.get(\w+)Attribute\('(\w+)'\)";
    HELD = r#"_\w+ = new (\w+?)(List|Map|OutputReference)\(this, "(\w+)"(?:, (true|false))?"#;
    COLLECTION = r"^(string|number|boolean|any)(List|Map)$";
    SUFFIX = r"(List|Map)$";
}

/// Where the call of a getter, and its conversion to a list, stand.
const CALL_WITHIN: usize = 400;
const CONVERSION_WITHIN: usize = 300;

fn scalar(holds: &str) -> Option<&'static str> {
    match holds {
        "string" => Some("string"),
        "number" => Some("number"),
        "boolean" => Some("bool"),
        "any" => Some("dynamic"),
        _ => None,
    }
}

/// What a getter of a computed attribute returns, by the name of the method that it calls.
fn returned(method: &str) -> Value {
    match method {
        "String" => json!("string"),
        "Number" => json!("number"),
        "Boolean" => json!("bool"),
        "List" => json!(["list", "string"]),
        "NumberList" => json!(["list", "number"]),
        "StringMap" => json!(["map", "string"]),
        "NumberMap" => json!(["map", "number"]),
        "BooleanMap" => json!(["map", "bool"]),
        "AnyMap" => json!(["map", "dynamic"]),
        _ => json!("dynamic"),
    }
}

/// An attribute of a block.
struct Attribute {
    is_block: bool,
    shape: String,
    holds: String,
}

/// What a class tells of an attribute that can be read.
struct Getter {
    computed: bool,
    type_: Value,
}

/// One resource, data source or the provider itself.
struct Class {
    js: String,
    /// By interface, by attribute: whether it may be left out.
    options: HashMap<String, HashMap<String, bool>>,
    structs: HashMap<String, BTreeMap<String, Attribute>>,
    classes: HashMap<String, String>,
}

impl Class {
    fn read(folder: &Path) -> Result<Self> {
        let text =
            |name: &str| fs::read_to_string(folder.join(name)).with_context(|| format!("reading {name}"));
        Ok(Self::parse(text("index.js")?, &text("index.d.ts")?))
    }

    fn parse(js: String, types: &str) -> Self {
        let structs = STRUCT.captures_iter(&js).map(|found| (found[1].to_owned(), attributes(&found[2])));
        let classes = CLASS.captures_iter(&js).map(|found| (found[1].to_owned(), found[2].to_owned()));
        Self { options: options(types), structs: structs.collect(), classes: classes.collect(), js }
    }

    /// Kind, name in Terraform, schema.
    fn schema(&self) -> Result<(String, String, Value)> {
        let head = HEAD.captures(&self.js).context("no class of Terraform")?;
        let Some(start) = head[3].find("synthesizeHclAttributes()") else { bail!("no attributes") };
        let name = TYPE_NAME.captures(&self.js).context("no name of a type")?;
        let options = self.options.get(&format!("{}Config", &head[1]));
        let block = self.block(&attributes(&head[3][start..]), options, &head[1]);
        Ok((head[2].to_owned(), name[1].to_owned(), json!({ "block": block })))
    }

    fn getters(&self, of: &str) -> BTreeMap<String, Getter> {
        let body = self.classes.get(of).map_or("", String::as_str);
        let mut held: HashMap<&str, Captures<'_>> = HashMap::new();
        for found in HELD.captures_iter(body) {
            if let Some(name) = found.get(3) {
                held.entry(name.as_str()).or_insert(found);
            }
        }
        let mut getters = BTreeMap::new();
        for found in GETTER.captures_iter(body) {
            let rest = &body[found.get(0).map_or(0, |whole| whole.end())..];
            let text = &rest[..GETTER_END.find(rest).map_or(rest.len(), |end| end.start())];
            let (name, type_) = match CALL.captures(beginning(text, CALL_WITHIN)) {
                Some(call) => (call[2].to_owned(), called(&call[1], text)),
                None => {
                    let type_ = held.get(&found[1]).map_or_else(|| json!("dynamic"), |held| self.held(held));
                    (found[1].to_owned(), type_)
                }
            };
            getters.insert(name, Getter { computed: &found[2] == "true", type_ });
        }
        getters
    }

    fn held(&self, held: &Captures<'_>) -> Value {
        let inner = self.object(&held[1]);
        let is_set = held.get(4).is_some_and(|flag| flag.as_str() == "true");
        match &held[2] {
            "OutputReference" => inner,
            "Map" => json!(["map", inner]),
            _ if is_set => json!(["set", inner]),
            _ => json!(["list", inner]),
        }
    }

    fn object(&self, name: &str) -> Value {
        let getters = self.getters(&format!("{name}OutputReference")).into_iter();
        json!(["object", getters.map(|(name, getter)| (name, getter.type_)).collect::<BTreeMap<_, _>>()])
    }

    fn type_of(&self, attribute: &Attribute) -> Value {
        let Attribute { shape, holds, .. } = attribute;
        if shape == "simple" {
            return json!(scalar(holds).unwrap_or("dynamic"));
        }
        if let Some(collection) = COLLECTION.captures(holds) {
            let other = collection[2].to_lowercase();
            let kind = if matches!(shape.as_str(), "list" | "set" | "map") { shape } else { &other };
            return json!([kind, scalar(&collection[1])]);
        }
        if let Some(scalar) = scalar(holds) {
            return json!([shape, scalar]);
        }
        let inner = self.object(&SUFFIX.replace(holds, ""));
        if shape == "struct" { inner } else { json!([shape, inner]) }
    }

    fn block(
        &self,
        attributes: &BTreeMap<String, Attribute>,
        options: Option<&HashMap<String, bool>>,
        of: &str,
    ) -> Value {
        let getters = self.getters(of);
        let (mut plain, mut nested) = (BTreeMap::new(), BTreeMap::new());
        for (name, attribute) in attributes {
            let optional = options.and_then(|options| options.get(name)).copied().unwrap_or(true);
            if attribute.is_block {
                nested.insert(name.clone(), self.nested(name, attribute, optional, of));
            } else {
                let computed = getters.get(name).is_some_and(|getter| getter.computed);
                plain.insert(
                    name.clone(),
                    json!({
                        "type": self.type_of(attribute),
                        "optional": optional,
                        "required": !optional,
                        "computed": computed,
                    }),
                );
            }
        }
        for (name, getter) in getters {
            if getter.computed && !nested.contains_key(&name) {
                plain.entry(name).or_insert_with(|| {
                    json!({ "type": getter.type_, "optional": false, "required": false, "computed": true })
                });
            }
        }
        json!({ "attributes": plain, "block_types": nested })
    }

    fn nested(&self, name: &str, attribute: &Attribute, optional: bool, of: &str) -> Value {
        let inner = attribute.holds.strip_suffix("List").unwrap_or(&attribute.holds);
        // One that is kept by reference, and not in a list, comes at most once.
        let made = format!("new {inner}OutputReference(this, \"{name}\")");
        let single = self.classes.get(of).is_some_and(|class| class.contains(&made));
        let mode = match attribute.shape.as_str() {
            "struct" => "single",
            "set" => "set",
            _ => "list",
        };
        let (first, rest) = inner.split_at(inner.chars().next().map_or(0, char::len_utf8));
        let empty = BTreeMap::new();
        let attributes = self.structs.get(&(first.to_lowercase() + rest)).unwrap_or(&empty);
        json!({
            "nesting_mode": mode,
            "block": self.block(attributes, self.options.get(inner), &format!("{inner}OutputReference")),
            "min_items": i32::from(!optional && mode != "single"),
            "max_items": i32::from(single && mode != "single"),
        })
    }
}

fn attributes(body: &str) -> BTreeMap<String, Attribute> {
    let found = ATTRIBUTE.captures_iter(body).map(|found| {
        let [is_block, shape, holds] = [2, 3, 4].map(|at| found[at].to_owned());
        (found[1].to_owned(), Attribute { is_block: is_block == "true", shape, holds })
    });
    found.collect()
}

fn options(types: &str) -> HashMap<String, HashMap<String, bool>> {
    let fields = |body: &str| {
        let fields = FIELD.captures_iter(body).filter_map(|field| {
            let name = FIELD_NAME.captures(field.get(1)?.as_str())?[1].to_owned();
            Some((name, &field[2] == "?"))
        });
        fields.collect::<HashMap<_, _>>()
    };
    INTERFACE.captures_iter(types).map(|found| (found[1].to_owned(), fields(&found[2]))).collect()
}

/// The type that a getter returns by its call.
fn called(method: &str, text: &str) -> Value {
    let type_ = returned(method);
    let is_set = beginning(text, CONVERSION_WITHIN).contains("tolist");
    match type_.get(1).filter(|_| is_set) {
        Some(inner) => json!(["set", inner]),
        None => type_,
    }
}

fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const JS: &str = r#"
class SqsQueue extends cdktn.TerraformResource {
    // arn - computed: true, optional: false, required: false
    get arn() {
        return this.getStringAttribute('arn');
    }
    // redrive - computed: false, optional: true, required: false
    _redrive = new SqsQueueRedriveList(this, "redrive", true);
    get redrive() {
        return this._redrive;
    }
    // =========
    synthesizeHclAttributes() {
        const attrs = {
            name: {
                value: cdktn.stringToHclTerraform(this._name),
                isBlock: false,
                type: "simple",
                storageClassType: "string",
            },
            tags: {
                value: cdktn.hashMapperHcl(cdktn.stringToHclTerraform)(this._tags),
                isBlock: false,
                type: "map",
                storageClassType: "stringMap",
            },
            redrive: {
                value: cdktn.listMapperHcl(sqsQueueRedriveToHclTerraform, true)(this._redrive.internalValue),
                isBlock: true,
                type: "set",
                storageClassType: "SqsQueueRedriveList",
            },
        };
    }
}
SqsQueue.tfResourceType = "aws_sqs_queue";
function sqsQueueRedriveToHclTerraform(struct) {
    const attrs = {
        times: {
            value: cdktn.numberToHclTerraform(struct.times),
            isBlock: false,
            type: "simple",
            storageClassType: "number",
        },
    };
}
"#;

    const TYPES: &str = r#"
export interface SqsQueueConfig extends cdktn.TerraformMetaArguments {
    /**
    * Docs: {@link https://example.org/sqs_queue#name SqsQueue#name}
    */
    readonly name: string;
    /**
    * Docs: {@link https://example.org/sqs_queue#tags SqsQueue#tags}
    */
    readonly tags?: { [key: string]: string };
}
"#;

    #[test]
    fn a_class_becomes_a_schema() {
        let (kind, name, schema) = Class::parse(JS.to_owned(), TYPES).schema().unwrap();
        assert_eq!((kind.as_str(), name.as_str()), ("Resource", "aws_sqs_queue"));
        let attribute = |type_: Value, optional: bool, required: bool, computed: bool| json!({ "type": type_, "optional": optional, "required": required, "computed": computed });
        let block = json!({
            "attributes": { "times": attribute(json!("number"), true, false, false) },
            "block_types": {},
        });
        let expected = json!({ "block": {
            "attributes": {
                "arn": attribute(json!("string"), false, false, true),
                "name": attribute(json!("string"), false, true, false),
                "tags": attribute(json!(["map", "string"]), true, false, false),
            },
            "block_types": {
                "redrive": { "nesting_mode": "set", "block": block, "min_items": 0, "max_items": 0 },
            },
        }});
        assert_eq!(schema, expected);
    }

    #[test]
    fn another_class_is_refused() {
        assert!(Class::parse(String::new(), "").schema().is_err());
    }
}
