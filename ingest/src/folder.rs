//! A folder (or one file) as a source of objects.
//!
//! Keys are paths relative to the folder with `/`, sorted; the first segment is the provider. Files that nobody
//! means as movies are passed over: mappings ([`crate::mapping`]), hidden ones, `README*`, licences and checksums, `*.md`, `*.schema.json`, names
//! that programs give to unfinished files, and links that lead out of the folder. A file named by hand is read
//! whatever its name.
//!
//! **Whether a file changed** is told by its size, its time of change in nanoseconds, and on Unix its inode's time
//! of change, which no program can set back (`cp -p` and `rsync -t` keep the first two). No content is hashed: that
//! would read every file at every look, and a file touched without a change costs only one reading that changes
//! nothing. A file changed within the last 50 ms might change again within the same tick of the clock; its
//! fingerprint says so, and it is read once more at the next look.

use std::{
    collections::HashMap,
    fs::{self, File, Metadata},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use wikimovie_engine::ObjectState;

use crate::{
    limits::MAX_PROVIDER_BYTES,
    mapping::{self, Mapping, MappingFault, MappingResult},
    rules::Rules,
    slots::Opener,
    sync::{Listing, Problem, Source},
};

/// Provider of files that stand in no folder of their own.
pub const DEFAULT_PROVIDER: &str = "default";

/// Younger changes may be followed by others with the same time, see the module's words on fingerprints. File
/// systems stamp by the kernel's tick, 1 to 10 ms.
const CLOCK_TICK: Duration = Duration::from_millis(50);

/// Deepest folder looked into.
const MAX_FOLDERS_DEEP: usize = 32;

/// A folder whose files are objects, or one such file.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Absolute, without links.
    root: PathBuf,
    /// In front of the relative path, in the ledger.
    prefix: String,
    provider: Option<String>,
    is_file: bool,
    rules: Rules,
    /// Whether the mappings beside files count.
    mapped: bool,
    /// Mappings of the last listing, by their keys.
    mappings: Arc<Mutex<HashMap<String, Arc<Mapping>>>>,
}

/// A listing in the making, and the mappings found so far.
#[derive(Default)]
struct Looked {
    listing: Listing,
    mappings: HashMap<String, MappingResult>,
}

impl Folder {
    /// A folder to keep the catalogue equal to. Its ledger keys are `watch/<relative path>`, so that it may move.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn watched(path: &Path) -> io::Result<Self> {
        let root = path.canonicalize()?;
        if !root.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        fs::read_dir(&root)?;
        Ok(Self::new(root, "watch/".to_owned(), false))
    }

    /// A folder or file to load once. Its ledger keys are `load/<absolute path>`: loading it again takes the place
    /// of the first time, wherever it is called from.
    ///
    /// # Errors
    /// When there is no such file or folder.
    pub fn loaded(path: &Path) -> io::Result<Self> {
        let root = path.canonicalize()?;
        let is_file = !root.is_dir();
        let prefix = if is_file {
            load_key(root.parent().unwrap_or(Path::new("/")))
        } else {
            fs::read_dir(&root)?;
            load_key(&root)
        };
        Ok(Self::new(root, prefix, is_file))
    }

    fn new(root: PathBuf, prefix: String, is_file: bool) -> Self {
        let (rules, mappings) = (Rules::default(), Arc::default());
        Self { root, prefix, provider: None, is_file, rules, mapped: true, mappings }
    }

    /// Reads its files by these: a mapping among them counts for all of them, in place of those beside them.
    #[must_use]
    pub fn reading_by(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Lists its files whatever the mappings beside them say.
    #[must_use]
    pub fn without_mappings(self) -> Self {
        Self { mapped: false, ..self }
    }

    /// Keys and files of the mappings that count for some of these objects.
    pub fn mapping_files(&self, listing: &Listing) -> Vec<(String, PathBuf)> {
        let mut keys: Vec<String> =
            listing.objects.iter().map(|listed| mapping::key_beside(&listed.state.object)).collect();
        keys.sort();
        keys.dedup();
        let files = keys.into_iter().map(|key| (self.mapping_path(&key), key));
        files.filter(|(file, _)| file.is_file()).map(|(file, key)| (key, file)).collect()
    }

    fn mapping_path(&self, key: &str) -> PathBuf {
        let root = if self.is_file { self.root.parent().unwrap_or(Path::new("/")) } else { &self.root };
        root.join(key)
    }

    /// The mapping beside an object.
    fn find_mapping(&self, object: &str, known: &mut HashMap<String, MappingResult>) -> MappingResult {
        if !self.mapped || self.rules.mapping.is_some() {
            return Ok(self.rules.mapping.clone());
        }
        let key = mapping::key_beside(object);
        if let Some(found) = known.get(&key) {
            return found.clone();
        }
        let unreadable = |message: String| Err(MappingFault::Unreadable { name: key.clone(), message });
        let path = self.mapping_path(&key);
        let file = fs::metadata(&path).and_then(|metadata| match metadata.is_file() {
            true => File::open(&path),
            // A pipe, say, which nobody may ever write to.
            false => Err(io::Error::other("it is no file")),
        });
        let found = match file {
            Ok(file) => Mapping::read(&key, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => unreadable(error.to_string()),
        };
        known.insert(key, found.clone());
        found
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Mapping>>> {
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names the provider of all its files, whatever their folders.
    #[must_use]
    pub fn with_provider(mut self, provider: Option<String>) -> Self {
        self.provider = provider;
        self
    }

    /// Where it is, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a listed object's file is.
    pub fn path_of(&self, state: &ObjectState) -> PathBuf {
        if self.is_file { self.root.clone() } else { self.root.join(&state.object) }
    }

    fn note(&self, object: String, metadata: &Metadata, looked: &mut Looked) {
        let found = self.find_mapping(&object, &mut looked.mappings);
        let rules = self.rules.mapped(found.as_ref().ok().cloned().flatten());
        match self.state(object, metadata, &rules) {
            Ok(state) => looked.listing.add(&found, state, metadata.len()),
            Err(problem) => looked.listing.problems.push(problem),
        }
    }

    fn state(&self, object: String, metadata: &Metadata, rules: &Rules) -> Result<ObjectState, Problem> {
        let provider = match &self.provider {
            Some(provider) => provider.clone(),
            None => provider_of(&object)
                .map_err(|message| Problem { object: object.clone(), message })?
                .to_owned(),
        };
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let modified_ms = since_epoch(modified).as_millis();
        Ok(ObjectState {
            key: format!("{}{object}", self.prefix),
            provider,
            modified_ms: u64::try_from(modified_ms).unwrap_or_default(),
            fingerprint: rules.fingerprint(&fingerprint(metadata, modified)),
            object,
        })
    }

    fn scan(&self, folder: &Path, relative: &str, deep: usize, looked: &mut Looked) -> io::Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let object = format!("{relative}{}", name.to_string_lossy());
                let message = format!("{object} is skipped: its name is not UTF-8");
                looked.listing.problems.push(Problem { object, message });
                continue;
            };
            if is_hidden(name) {
                continue;
            }
            let object = format!("{relative}{name}");
            match self.look_at(&entry, name, &object, deep, looked) {
                Ok(()) => {}
                // Gone between the listing and the look.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    looked.listing.unknown.push(format!("{}{object}", self.prefix));
                    let message = format!("{object} cannot be read: {error}");
                    looked.listing.problems.push(Problem { object, message });
                }
            }
        }
        Ok(())
    }

    fn look_at(
        &self,
        entry: &fs::DirEntry,
        name: &str,
        object: &str,
        deep: usize,
        looked: &mut Looked,
    ) -> io::Result<()> {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            return if deep < MAX_FOLDERS_DEEP {
                self.scan(&entry.path(), &format!("{object}/"), deep + 1, looked)
            } else {
                Err(io::Error::other(format!("folders are nested deeper than {MAX_FOLDERS_DEEP}")))
            };
        }
        if is_passed_over(name) {
            return Ok(());
        }
        // A link to a folder inside would list its files twice; one that leads out is none of ours.
        if kind.is_symlink() && !entry.path().canonicalize()?.starts_with(&self.root) {
            return Ok(());
        }
        let metadata = fs::metadata(entry.path())?;
        if metadata.is_file() {
            self.note(object.to_owned(), &metadata, looked);
        }
        Ok(())
    }
}

impl Source for Folder {
    fn place(&self) -> String {
        self.root.display().to_string()
    }

    fn list(&self) -> io::Result<Listing> {
        let mut looked = Looked::default();
        if self.is_file {
            let metadata = fs::metadata(&self.root)?;
            let name = self.root.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| io::Error::other("its name is not UTF-8"))?;
            self.note(name.to_owned(), &metadata, &mut looked);
        } else {
            self.scan(&self.root, "", 0, &mut looked)?;
            looked.listing.scope = Some(self.prefix.clone());
        }
        let Looked { listing, mappings } = looked;
        let usable = mappings.into_iter().filter_map(|(key, found)| Some((key, found.ok()??)));
        *self.lock() = usable.collect();
        Ok(listing)
    }

    fn rules(&self, object: &ObjectState) -> Rules {
        if self.rules.mapping.is_some() {
            return self.rules.clone();
        }
        self.rules.mapped(self.lock().get(&mapping::key_beside(&object.object)).cloned())
    }

    fn opener(&self, object: &ObjectState) -> Opener {
        let path = self.path_of(object);
        Box::new(move || Ok(Box::new(File::open(path)?)))
    }
}

/// The provider of a key: its first segment, or [`DEFAULT_PROVIDER`] where it has only one.
///
/// # Errors
/// One sentence, where the segment cannot be a provider.
pub fn provider_of(key: &str) -> Result<&str, String> {
    match key.split_once('/') {
        Some((provider, _)) => {
            check_provider(provider)?;
            Ok(provider)
        }
        None => Ok(DEFAULT_PROVIDER),
    }
}

/// Whether a name can be a provider's: it stands in ids, before a colon.
///
/// # Errors
/// One sentence, where it cannot.
pub fn check_provider(name: &str) -> Result<(), String> {
    let refused = |why: String| Err(format!("{name:?} is not a valid provider name: it {why}"));
    if name.is_empty() {
        return refused("is empty".to_owned());
    }
    if name.len() > MAX_PROVIDER_BYTES {
        return refused(format!("has {} bytes, at most {MAX_PROVIDER_BYTES} are allowed", name.len()));
    }
    match name.chars().find(|c| c.is_control() || *c == ':') {
        Some(c) => refused(format!("holds {c:?}")),
        None => Ok(()),
    }
}

fn load_key(folder: &Path) -> String {
    let path = folder.to_string_lossy().replace('\\', "/");
    let path = path.trim_matches('/');
    if path.is_empty() { "load/".to_owned() } else { format!("load/{path}/") }
}

/// Whether a key can be meant as movies, by the same rules as a folder's files.
pub(crate) fn is_meant(key: &str) -> bool {
    !key.split('/').any(is_hidden) && !is_passed_over(key.rsplit('/').next().unwrap_or(key))
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Names of files that are not meant as movies.
fn is_passed_over(name: &str) -> bool {
    const STARTS: &[&str] = &["readme", "licen", "copying", "notice", "changelog", "~", "#"];
    const ENDS: &[&str] = &[
        ".md",
        ".schema.json",
        "sums",
        ".md5",
        ".sha1",
        ".sha256",
        ".sig",
        ".asc",
        "~",
        "#",
        ".tmp",
        ".temp",
        ".part",
        ".partial",
        ".crdownload",
        ".download",
        ".filepart",
        ".swp",
        ".lock",
        ".bak",
    ];
    let name = name.to_lowercase();
    name == mapping::MAPPING_NAME
        || STARTS.iter().any(|start| name.starts_with(start))
        || ENDS.iter().any(|end| name.ends_with(end))
}

fn fingerprint(metadata: &Metadata, modified: SystemTime) -> String {
    let size = metadata.len();
    let modified_ns = since_epoch(modified).as_nanos();
    #[cfg(unix)]
    let (inode_ns, changed) = {
        use std::os::unix::fs::MetadataExt;
        let (seconds, nanos) = (metadata.ctime(), metadata.ctime_nsec());
        let since = Duration::new(
            u64::try_from(seconds).unwrap_or_default(),
            u32::try_from(nanos).unwrap_or_default(),
        );
        (since.as_nanos(), UNIX_EPOCH + since)
    };
    #[cfg(not(unix))]
    let (inode_ns, changed) = (0, modified);
    let is_fresh = SystemTime::now().duration_since(changed).is_ok_and(|age| age < CLOCK_TICK);
    let fresh = if is_fresh { "-fresh" } else { "" };
    format!("{size}-{modified_ns}-{inode_ns}{fresh}")
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}
