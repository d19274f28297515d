//! The operations that doors offer: the named queries of the manifest in use. A reload of the manifest changes them.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwapOption;

use super::{
    contract_types::ContractTypes,
    near::near,
    operation::{DoorOperation, door_name},
};
use crate::persisted::{Manifest, PersistedDocuments};

/// The operations of one manifest.
#[derive(Debug)]
pub(crate) struct DoorSet {
    manifest: Arc<Manifest>,
    operations: BTreeMap<String, Arc<DoorOperation>>,
}

impl DoorSet {
    fn new(manifest: Arc<Manifest>, types: &ContractTypes) -> Self {
        let mut operations: BTreeMap<String, Arc<DoorOperation>> = BTreeMap::new();
        // In an order of their own, so that all replicas offer the same.
        let mut texts: Vec<_> = manifest.texts().cloned().collect();
        texts.sort_unstable();
        for text in texts {
            let operation = match DoorOperation::new(&text, types) {
                Ok(operation) => operation,
                Err(why) => {
                    tracing::debug!(why, document = %first_line(&text), "a document of the manifest makes no door");
                    continue;
                }
            };
            let name = operation.name.clone();
            if operations.contains_key(&name) {
                tracing::warn!(name, "two documents of the manifest have one name; the first is offered");
                continue;
            }
            operations.insert(name, Arc::new(operation));
        }
        Self { manifest, operations }
    }

    /// An operation by its name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<DoorOperation>> {
        self.operations.get(name)
    }

    /// All, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<DoorOperation>> {
        self.operations.values()
    }

    /// Names that may have been meant by one that no operation has.
    pub(crate) fn near(&self, name: &str) -> Vec<&str> {
        let door = door_name(&name.chars().take(100).collect::<String>());
        near(&door, self.operations.keys().map(String::as_str))
    }
}

fn first_line(text: &str) -> &str {
    let line = text.lines().find(|line| !line.trim_start().starts_with('#')).unwrap_or_default();
    &line[..line.floor_char_boundary(80)]
}

/// The operations of the manifest that is in use.
pub(crate) struct DoorSets {
    /// Types of the contract.
    pub(crate) types: ContractTypes,
    persisted: PersistedDocuments,
    current: ArcSwapOption<DoorSet>,
}

impl std::fmt::Debug for DoorSets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DoorSets").finish_non_exhaustive()
    }
}

impl DoorSets {
    /// The operations of these documents.
    pub(crate) fn new(persisted: PersistedDocuments) -> Self {
        Self { types: ContractTypes::new(crate::sdl()), persisted, current: ArcSwapOption::empty() }
    }

    /// The operations that are offered now.
    pub(crate) fn current(&self) -> Arc<DoorSet> {
        let manifest = self.persisted.manifest();
        if let Some(set) = &*self.current.load()
            && Arc::ptr_eq(&set.manifest, &manifest)
        {
            return Arc::clone(set);
        }
        let set = Arc::new(DoorSet::new(manifest, &self.types));
        self.current.store(Some(Arc::clone(&set)));
        set
    }
}

/// Something made of a set of operations, and made again when they change.
pub(crate) struct PerSet<T> {
    current: ArcSwapOption<(Arc<DoorSet>, Arc<T>)>,
}

impl<T> Default for PerSet<T> {
    fn default() -> Self {
        Self { current: ArcSwapOption::empty() }
    }
}

impl<T> PerSet<T> {
    /// What was made of these operations, or is made now.
    pub(crate) fn get(&self, set: &Arc<DoorSet>, make: impl FnOnce(&DoorSet) -> T) -> Arc<T> {
        if let Some(current) = &*self.current.load()
            && Arc::ptr_eq(&current.0, set)
        {
            return Arc::clone(&current.1);
        }
        let made = Arc::new(make(set));
        self.current.store(Some(Arc::new((Arc::clone(set), Arc::clone(&made)))));
        made
    }
}

impl<T> std::fmt::Debug for PerSet<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PerSet").finish_non_exhaustive()
    }
}
