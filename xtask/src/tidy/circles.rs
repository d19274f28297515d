//! Guard: the files of a crate import each other in one direction.
//!
//! An edge goes from a file to the file that defines an item which it names. A re-export is followed to the definition and
//! is no edge of its own: it only gives a name.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, UseTree, Visibility};

use super::{
    Violation,
    source::{Module, Target},
};

pub(crate) const GUARD: &str = "circles";

/// Files that may import each other: movies have people, people have movies, and both have pages of hits.
const ALLOWED: [&[&str]; 1] =
    [&["api/src/graphql/hits.rs", "api/src/graphql/movie.rs", "api/src/graphql/person.rs"]];

/// Most aliases that a path may go through.
const MAX_ALIASES: u8 = 16;

pub(crate) fn check(targets: &[Target]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for target in targets {
        let edges = Names::of(target).edges();
        for circle in circles(&edges) {
            if ALLOWED.iter().any(|allowed| circle.iter().all(|file| allowed.contains(&file.as_str()))) {
                continue;
            }
            violations.push(Violation {
                guard: GUARD,
                subject: circle.join(" "),
                message: describe(&circle, &edges),
            });
        }
    }
    violations
}

/// Names the edges within a circle: what would have to move.
fn describe(circle: &[String], edges: &Edges) -> String {
    let within = edges.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
    let short = |file: &str| file.rsplit("src/").next().unwrap_or(file).to_owned();
    let lines = within.map(|((from, to), names)| {
        let names: Vec<&str> = names.iter().map(String::as_str).take(3).collect();
        format!("{} -> {} ({})", short(from), short(to), names.join(", "))
    });
    format!("{} files import each other: {}", circle.len(), lines.collect::<Vec<_>>().join("; "))
}

/// From a file to another one, and the names that it takes from there.
type Edges = BTreeMap<(String, String), BTreeSet<String>>;

/// What each module of a target calls what.
struct Names<'a> {
    modules: &'a [Module],
    index: BTreeMap<&'a [String], usize>,
    scopes: Vec<Scope>,
}

#[derive(Default)]
struct Scope {
    items: BTreeSet<String>,
    /// Names that `use` brings in, and the paths they stand for.
    aliases: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// Paths that `use` names for this module alone, without re-exports.
    imports: Vec<Vec<String>>,
}

enum Found {
    Module(usize),
    /// The module that defines the item.
    Item(usize),
}

impl<'a> Names<'a> {
    fn of(target: &'a Target) -> Self {
        let modules = &target.modules[..];
        let index = modules.iter().enumerate().map(|(at, module)| (&module.path[..], at)).collect();
        Names { modules, index, scopes: modules.iter().map(Scope::of).collect() }
    }

    fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (from, module) in self.modules.iter().enumerate() {
            let mut paths = self.scopes[from].imports.clone();
            for item in module.items.iter().filter(|item| !matches!(item, Item::Mod(_) | Item::Use(_))) {
                collect_paths(item.to_token_stream(), &mut paths);
            }
            for path in paths {
                let to = match self.resolve(from, &path, MAX_ALIASES) {
                    Some(Found::Item(to)) => to,
                    Some(Found::Module(to)) if path.last().is_some_and(|name| name == "*") => to,
                    _ => continue,
                };
                let (from, to) = (&module.file, &self.modules[to].file);
                if from != to {
                    let edge = (from.display().to_string(), to.display().to_string());
                    edges.entry(edge).or_default().insert(path.last().cloned().unwrap_or_default());
                }
            }
        }
        edges
    }

    fn resolve(&self, from: usize, path: &[String], aliases: u8) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.walk(0, rest, aliases),
            "self" => self.walk(from, rest, aliases),
            "super" => {
                let parent = self.modules[from].path.split_last()?.1;
                self.resolve_in(*self.index.get(parent)?, rest, aliases)
            }
            _ => self.walk(from, path, aliases),
        }
    }

    /// What follows `super::`, which may be another `super`.
    fn resolve_in(&self, at: usize, path: &[String], aliases: u8) -> Option<Found> {
        if path.first().is_some_and(|name| name == "super") {
            self.resolve(at, path, aliases)
        } else {
            self.walk(at, path, aliases)
        }
    }

    fn walk(&self, at: usize, path: &[String], aliases: u8) -> Option<Found> {
        let Some((name, rest)) = path.split_first() else { return Some(Found::Module(at)) };
        if name == "*" {
            return Some(Found::Module(at));
        }
        let child: Vec<String> = self.modules[at].path.iter().chain([name]).cloned().collect();
        if let Some(child) = self.index.get(&child[..])
            && !(rest.is_empty() && self.scopes[at].items.contains(name))
        {
            return self.walk(*child, rest, aliases);
        }
        let scope = &self.scopes[at];
        if scope.items.contains(name) {
            return Some(Found::Item(at));
        }
        let aliases = aliases.checked_sub(1)?;
        if let Some(alias) = scope.aliases.get(name) {
            if alias.first() == Some(name) && alias.len() == 1 {
                return None;
            }
            let path: Vec<String> = alias.iter().chain(rest).cloned().collect();
            return self.resolve(at, &path, aliases);
        }
        scope.globs.iter().find_map(|glob| match self.resolve(at, glob, aliases)? {
            Found::Module(module) if module != at => self.walk(module, path, aliases),
            _ => None,
        })
    }
}

impl Scope {
    fn of(module: &Module) -> Self {
        let mut scope = Scope::default();
        for item in &module.items {
            match item {
                Item::Use(item) => {
                    let private = matches!(item.vis, Visibility::Inherited);
                    scope.add_use(&item.tree, &mut Vec::new(), private);
                }
                Item::Const(item) => drop(scope.items.insert(item.ident.to_string())),
                Item::Enum(item) => drop(scope.items.insert(item.ident.to_string())),
                Item::Fn(item) => drop(scope.items.insert(item.sig.ident.to_string())),
                Item::Macro(item) => scope.items.extend(item.ident.as_ref().map(ToString::to_string)),
                Item::Static(item) => drop(scope.items.insert(item.ident.to_string())),
                Item::Struct(item) => drop(scope.items.insert(item.ident.to_string())),
                Item::Trait(item) => drop(scope.items.insert(item.ident.to_string())),
                Item::Type(item) => drop(scope.items.insert(item.ident.to_string())),
                _ => {}
            }
        }
        scope
    }

    fn add_use(&mut self, tree: &UseTree, path: &mut Vec<String>, private: bool) {
        match tree {
            UseTree::Path(step) => {
                path.push(step.ident.to_string());
                self.add_use(&step.tree, path, private);
                path.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use(tree, path, private);
                }
            }
            UseTree::Name(name) => {
                self.add_alias(name.ident.to_string(), &name.ident.to_string(), path, private)
            }
            UseTree::Rename(rename) => {
                self.add_alias(rename.rename.to_string(), &rename.ident.to_string(), path, private);
            }
            UseTree::Glob(_) => {
                let mut all = path.clone();
                all.push("*".to_owned());
                if private {
                    self.imports.push(all.clone());
                }
                self.globs.push(all);
            }
        }
    }

    fn add_alias(&mut self, alias: String, name: &str, path: &[String], private: bool) {
        // `use a::{self}` stands for `a`.
        let whole: Vec<String> =
            path.iter().cloned().chain((name != "self").then(|| name.to_owned())).collect();
        let alias = if alias == "self" { path.last().cloned().unwrap_or(alias) } else { alias };
        if private {
            self.imports.push(whole.clone());
        }
        self.aliases.insert(alias, whole);
    }
}

/// Adds each path of two names or more.
fn collect_paths(tokens: TokenStream, paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let colons = |at: usize| {
        let colon =
            |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        colon(at) && colon(at + 1)
    };
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => collect_paths(group.stream(), paths),
            TokenTree::Ident(ident) => {
                let mut path = vec![ident.to_string()];
                while colons(at + 1)
                    && let Some(TokenTree::Ident(next)) = tokens.get(at + 3)
                {
                    path.push(next.to_string());
                    at += 3;
                }
                if path.len() > 1 {
                    paths.push(path);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The circles of a graph: sets of nodes of which each reaches each (Tarjan's strongly connected components).
fn circles(edges: &Edges) -> Vec<Vec<String>> {
    let mut graph: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in edges.keys() {
        graph.entry(from).or_default().push(to);
    }
    let mut search = Search { graph: &graph, numbers: BTreeMap::new(), stack: Vec::new(), found: Vec::new() };
    for node in graph.keys() {
        if !search.numbers.contains_key(node) {
            search.visit(node);
        }
    }
    search.found
}

struct Search<'a> {
    graph: &'a BTreeMap<&'a str, Vec<&'a str>>,
    numbers: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    found: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    /// Returns the lowest number that is reached from a node.
    fn visit(&mut self, node: &'a str) -> usize {
        let number = self.numbers.len();
        self.numbers.insert(node, number);
        self.stack.push(node);
        let mut lowest = number;
        for next in self.graph.get(node).into_iter().flatten() {
            match self.numbers.get(next) {
                None => lowest = lowest.min(self.visit(next)),
                Some(seen) if self.stack.contains(next) => lowest = lowest.min(*seen),
                Some(_) => {}
            }
        }
        if lowest == number {
            let begin = self.stack.iter().position(|open| *open == node).unwrap_or(0);
            let mut circle: Vec<String> =
                self.stack.split_off(begin).into_iter().map(str::to_owned).collect();
            circle.sort();
            if circle.len() > 1 {
                self.found.push(circle);
            }
        }
        lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&[Target::of(files)]).into_iter().map(|found| found.subject).collect()
    }

    #[test]
    fn files_that_import_each_other_are_found() {
        let root = ("", "mod a; mod b; pub use b::B;");
        let b = ("b", "pub struct B; use crate::a::A;");
        let ways = [
            "pub struct A; use crate::b::B;",
            "pub struct A; use super::b::{B as Other};",
            "pub struct A; use crate::B;",
            "pub struct A; fn f(b: crate::b::B) {}",
            "pub struct A; use crate::b; fn f() { g(vec![b::B]) }",
            "pub struct A; use crate::b::*;",
            "pub struct A; mod inner { fn f(b: super::super::b::B) {} }",
        ];
        for text in ways {
            assert_eq!(found(&[root, ("a", text), b]), ["src/a.rs src/b.rs"], "{text}");
        }
    }

    #[test]
    fn one_direction_is_no_circle() {
        let ways: [&[(&str, &str)]; 4] = [
            &[("", "mod a; mod b;"), ("a", "pub struct A;"), ("b", "use crate::a::A;")],
            // A facade re-exports both, and is imported by neither.
            &[
                ("", "mod a; mod b; pub use a::A; pub use b::B;"),
                ("a", "pub struct A;"),
                ("b", "use crate::A; pub struct B;"),
            ],
            &[
                ("", "mod a; mod b;"),
                ("a", "pub struct A; use serde::B;"),
                ("b", "use crate::a::A; pub struct B;"),
            ],
            &[
                ("", "mod a; mod b;"),
                ("a", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }"),
                ("b", "use crate::a::A; pub struct B;"),
            ],
        ];
        for files in ways {
            assert_eq!(found(files), [""; 0]);
        }
    }

    #[test]
    fn three_files_are_one_circle_and_its_edges_are_named() {
        let files = [
            ("", "mod a; mod b; mod c;"),
            ("a", "pub struct A; use crate::b::B;"),
            ("b", "pub struct B; use crate::c::C;"),
            ("c", "pub struct C; use crate::a::A;"),
        ];
        let found = check(&[Target::of(&files)]);
        assert_eq!(found.len(), 1);
        let message = "3 files import each other: a.rs -> b.rs (B); b.rs -> c.rs (C); c.rs -> a.rs (A)";
        assert_eq!(found[0].message, message);
    }
}
