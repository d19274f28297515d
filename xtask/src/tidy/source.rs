//! Product code as guards read it: each target's modules with their items, without what is compiled for tests only.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use quote::ToTokens as _;
use syn::{Attribute, Item, ItemMod};

/// Folders whose crates only test, measure or build the product.
const TOOLS: [&str; 6] = ["bench", "conformance", "fuzz", "testkit", "xtask", "clients"];

/// Whether the crate of a folder is a part of the product.
pub(crate) fn is_product(folder: &Path) -> bool {
    !TOOLS.iter().any(|tools| folder.starts_with(tools))
}

/// One target of a crate: its library or one of its binaries.
pub(crate) struct Target {
    /// Its modules, the root first.
    pub(crate) modules: Vec<Module>,
}

/// One module of a target, which is a file or stands inside one.
pub(crate) struct Module {
    /// Names from the root of the target down to it.
    pub(crate) path: Vec<String>,
    /// The file, relative to the root of the workspace.
    pub(crate) file: PathBuf,
    /// What it has, without test code; modules stand in the list of the target, too.
    pub(crate) items: Vec<Item>,
}

impl Target {
    /// Reads library and binaries of the crate in a folder.
    ///
    /// # Errors
    /// Where a file cannot be read or parsed.
    pub(crate) fn read_all(root: &Path, folder: &Path) -> Result<Vec<Target>> {
        let sources = root.join(folder).join("src");
        let mut roots: Vec<PathBuf> = ["lib.rs", "main.rs"]
            .iter()
            .map(|name| sources.join(name))
            .filter(|path| path.exists())
            .collect();
        for entry in fs::read_dir(sources.join("bin")).into_iter().flatten() {
            let path = entry?.path();
            let main = path.join("main.rs");
            roots.push(if main.exists() { main } else { path });
        }
        roots.sort();
        roots.iter().map(|path| Target::read(root, path)).collect()
    }

    fn read(root: &Path, path: &Path) -> Result<Target> {
        let mut target = Target { modules: Vec::new() };
        let folder = path.parent().unwrap_or(root).to_owned();
        target.read_file(root, path, &folder, Vec::new())?;
        Ok(target)
    }

    /// A target of sources in memory: pairs of a module's path (`""` for the root) and its text.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Target {
        let mut target = Target { modules: Vec::new() };
        for (path, text) in files {
            let file = format!("src/{}.rs", if path.is_empty() { "lib" } else { path }.replace("::", "/"));
            let path = path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
            target.add(Path::new(&file), path, syn::parse_file(text).expect("a source that parses").items);
        }
        target
    }

    /// Reads a file and the files of the modules that it declares; `folder` is where those stand.
    fn read_file(&mut self, root: &Path, path: &Path, folder: &Path, name: Vec<String>) -> Result<()> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let syntax = syn::parse_file(&text).with_context(|| format!("cannot parse {}", path.display()))?;
        let file = path.strip_prefix(root).unwrap_or(path).to_owned();
        let depth = name.len();
        for (module, name) in self.add(&file, name, syntax.items) {
            let folder: PathBuf = folder.join(name[depth..].iter().collect::<PathBuf>());
            let beside = folder.with_extension("rs");
            let at = named_path(&module.attrs).map(|named| root.join(&file).with_file_name(named));
            let at = at.unwrap_or_else(|| if beside.exists() { beside } else { folder.join("mod.rs") });
            self.read_file(root, &at, &folder, name)?;
        }
        Ok(())
    }

    /// Adds a module and those that stand inside it; returns those that have files of their own, with their paths.
    fn add(&mut self, file: &Path, path: Vec<String>, items: Vec<Item>) -> Vec<(ItemMod, Vec<String>)> {
        let items = without_tests(items);
        let mut inside = Vec::new();
        let mut elsewhere = Vec::new();
        for item in &items {
            if let Item::Mod(module) = item {
                let path: Vec<String> = path.iter().cloned().chain([module.ident.to_string()]).collect();
                match &module.content {
                    Some((_, items)) => inside.push((path, items.clone())),
                    None => elsewhere.push((module.clone(), path)),
                }
            }
        }
        self.modules.push(Module { path, file: file.to_owned(), items });
        for (path, items) in inside {
            elsewhere.extend(self.add(file, path, items));
        }
        elsewhere
    }
}

/// The file of `#[path = "…"]`.
fn named_path(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("path"))?;
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let text = pair.value.to_token_stream().to_string();
    Some(text.trim_matches('"').to_owned())
}

fn without_tests(items: Vec<Item>) -> Vec<Item> {
    items.into_iter().filter(|item| !is_test(attributes(item))).collect()
}

/// Whether attributes say that code is compiled for tests only.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.to_token_stream().to_string();
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && condition.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test")
                && !condition.contains("not")
    })
}

/// Attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
