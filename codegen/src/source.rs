//! Finds the documents of a contract and reads them: files, encodings, imports, includes and inline schemas.
//!
//! It knows where a document may lie (beside the one that asks, in the folders given, or by its namespace) and opens
//! nothing but files. What the documents mean is left to the later stages.

mod encoding;
mod grammar;
mod policy;
mod rewrite;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Component, Path, PathBuf},
};

use self::rewrite::{Dependency, DependencyKind, Part};
use crate::error::{Error, Place};

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// All documents of a contract, in the order they were found.
#[derive(Debug, Default)]
pub struct Sources {
    /// The files as they lie on disk.
    pub files: Vec<File>,
    /// The WSDL and schema documents in them; a WSDL file holds several.
    pub units: Vec<Unit>,
}

/// One file.
#[derive(Debug)]
pub struct File {
    /// Path as it was named to us.
    pub path: PathBuf,
    /// Its bytes, as they are served.
    pub bytes: Vec<u8>,
    /// Its text, without XML declaration.
    pub text: String,
    /// Namespace and place in [`Sources::files`] of each schema it imports or includes.
    pub imports: Vec<(String, usize)>,
}

/// One WSDL or one schema, in canonical form.
#[derive(Debug)]
pub struct Unit {
    /// The place of its file in [`Sources::files`].
    pub file: usize,
    /// A schema, or else a WSDL.
    pub is_schema: bool,
    /// Its target namespace, empty if it has none.
    pub namespace: String,
    /// The document in canonical form.
    pub text: String,
    /// Namespaces and the prefixes its author gave them.
    pub prefixes: Vec<(String, String)>,
    /// The place of each element, by its ordinal.
    pub places: Vec<Place>,
}

impl Unit {
    /// The place of the element with this ordinal.
    pub fn place(&self, ordinal: u32) -> Place {
        let index = usize::try_from(ordinal).unwrap_or(usize::MAX);
        self.places.get(index).cloned().unwrap_or_default()
    }
}

/// Reads the given files and all they ask for; `folders` are searched for schemas.
///
/// # Errors
/// A file that cannot be read, a document that is not well-formed, or a construct we do not support.
pub fn load(roots: &[PathBuf], folders: &[PathBuf]) -> Result<Sources, Error> {
    let mut loader = Loader {
        folders,
        ..Loader::default()
    };
    for root in roots {
        loader.load(root, None)?;
    }
    while let Some((from, dependency)) = loader.waiting.pop_front() {
        loader.follow(from, &dependency)?;
    }
    for file in &mut loader.sources.files {
        file.imports.sort();
        file.imports.dedup();
    }
    Ok(loader.sources)
}

#[derive(Default)]
struct Loader<'a> {
    folders: &'a [PathBuf],
    sources: Sources,
    /// Files by path and adopted namespace: a chameleon counts once for each namespace it takes.
    loaded: BTreeSet<(PathBuf, Option<String>)>,
    files: BTreeMap<PathBuf, usize>,
    waiting: VecDeque<(usize, Dependency)>,
    /// Schemas in the folders by target namespace, read when first needed.
    index: Option<BTreeMap<String, Vec<PathBuf>>>,
}

impl Loader<'_> {
    fn load(&mut self, path: &Path, adopted: Option<&str>) -> Result<usize, Error> {
        let path = &straight(path);
        let key = normal(path);
        let index = match self.files.get(&key) {
            Some(index) => *index,
            None => {
                let index = self.sources.files.len();
                self.sources.files.push(read(path)?);
                self.files.insert(key.clone(), index);
                index
            }
        };
        let Some(file) = self.sources.files.get(index) else {
            return Ok(index);
        };
        // A schema with a namespace of its own is the same document whoever includes it.
        let adopted = adopted.filter(|_| target_namespace(&file.text).is_none());
        if !self.loaded.insert((key, adopted.map(str::to_owned))) {
            return Ok(index);
        }
        let rewritten = rewrite::rewrite(&display(path), &file.text, adopted)?;
        self.take(index, rewritten.parts);
        let waiting = rewritten.dependencies.into_iter().map(|dependency| (index, dependency));
        self.waiting.extend(waiting);
        Ok(index)
    }

    fn take(&mut self, file: usize, parts: Vec<Part>) {
        self.sources.units.extend(parts.into_iter().map(|part| Unit {
            file,
            is_schema: part.is_schema,
            namespace: part.namespace.unwrap_or_default(),
            text: part.text,
            prefixes: part.prefixes,
            places: part.places,
        }));
    }

    fn follow(&mut self, from: usize, dependency: &Dependency) -> Result<(), Error> {
        let beside = self.beside(from, dependency.location.as_deref());
        match &dependency.kind {
            DependencyKind::Wsdl => {
                let path = beside.ok_or_else(|| missing(dependency))?;
                self.load(&path, None)?;
            }
            DependencyKind::Include(namespace) => {
                let path = beside.ok_or_else(|| missing(dependency))?;
                let file = self.load(&path, namespace.as_deref())?;
                self.check_namespace(file, namespace.as_deref(), dependency)?;
                self.link(from, namespace.as_deref().unwrap_or_default(), file);
            }
            // What `xml:lang` and its kin are is known; their schema is often a copy with a document type declaration.
            DependencyKind::Import(Some(namespace)) if namespace == XML => {}
            DependencyKind::Import(namespace) => {
                let namespace = namespace.as_deref().unwrap_or_default();
                let known = self.sources.units.iter();
                let mut known = known.filter(|unit| unit.is_schema && unit.namespace == namespace);
                let paths = match (beside, known.next()) {
                    (Some(path), _) => vec![path],
                    (None, Some(unit)) => {
                        let file = unit.file;
                        self.link(from, namespace, file);
                        Vec::new()
                    }
                    (None, None) => self.by_namespace(namespace)?,
                };
                let nothing = paths.is_empty() && !self.provides(namespace);
                if nothing && dependency.location.is_some() {
                    return Err(missing(dependency));
                }
                for path in paths {
                    let file = self.load(&path, None)?;
                    self.check_namespace(file, Some(namespace), dependency)?;
                    self.link(from, namespace, file);
                }
            }
        }
        Ok(())
    }

    /// Whether a namespace was read already.
    fn provides(&self, namespace: &str) -> bool {
        self.sources.units.iter().any(|unit| unit.is_schema && unit.namespace == namespace)
    }

    fn link(&mut self, from: usize, namespace: &str, file: usize) {
        if let Some(source) = self.sources.files.get_mut(from)
            && from != file
        {
            source.imports.push((namespace.to_owned(), file));
        }
    }

    fn check_namespace(&self, file: usize, namespace: Option<&str>, dependency: &Dependency) -> Result<(), Error> {
        let namespace = namespace.unwrap_or_default();
        let mut units = self.sources.units.iter().filter(|unit| unit.file == file);
        if units.any(|unit| unit.is_schema && unit.namespace == namespace) {
            return Ok(());
        }
        Err(Error::invalid(
            &dependency.place,
            format!("the document found is not a schema of the namespace {namespace:?}"),
        ))
    }

    /// The file a location names, relative to the document that asks, or by its bare name in the folders.
    fn beside(&self, from: usize, location: Option<&str>) -> Option<PathBuf> {
        let location = location?;
        let asking = self.sources.files.get(from)?.path.parent()?.to_owned();
        let name = location.rsplit(['/', '\\', '?', '=']).next()?;
        let direct = (!location.contains("://")).then(|| asking.join(location));
        let named = std::iter::once(asking.as_path())
            .chain(self.folders.iter().map(PathBuf::as_path))
            .map(|folder| folder.join(name));
        direct.into_iter().chain(named).find(|path| path.is_file())
    }

    fn by_namespace(&mut self, namespace: &str) -> Result<Vec<PathBuf>, Error> {
        let folders = self.folders;
        let index = match &mut self.index {
            Some(index) => index,
            empty => empty.insert(index_folders(folders)?),
        };
        Ok(index.get(namespace).cloned().unwrap_or_default())
    }
}

/// The schemas below the folders by target namespace; what is no schema is passed over.
fn index_folders(folders: &[PathBuf]) -> Result<BTreeMap<String, Vec<PathBuf>>, Error> {
    let mut index = BTreeMap::<String, Vec<PathBuf>>::new();
    for folder in folders {
        for path in files_of(folder, "xsd")? {
            let file = read(&path)?;
            if let Some(namespace) = target_namespace(&file.text) {
                index.entry(namespace).or_default().push(path);
            }
        }
    }
    Ok(index)
}

/// The files of a folder with an extension, sorted by name.
///
/// # Errors
/// A folder that exists and cannot be read.
pub fn files_of(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read {
        path: folder.to_owned(),
        source,
    };
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn target_namespace(text: &str) -> Option<String> {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            quick_xml::events::Event::Start(root) => {
                let attribute = root.try_get_attribute("targetNamespace").ok()??;
                let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
                return value.ok().map(std::borrow::Cow::into_owned);
            }
            quick_xml::events::Event::Eof => return None,
            _ => {}
        }
    }
}

fn read(path: &Path) -> Result<File, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    let text = encoding::decode(&bytes).map_err(|reason| Error::Malformed {
        file: display(path),
        line: 0,
        reason,
    })?;
    Ok(File {
        path: path.to_owned(),
        bytes,
        text,
        imports: Vec::new(),
    })
}

fn missing(dependency: &Dependency) -> Error {
    let location = dependency.location.as_deref().unwrap_or_default();
    Error::invalid(&dependency.place, format!("no document found at {location:?}"))
}

fn display(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The path without detours: `wsdl/../xsd` is `xsd`.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(straight.components().next_back(), Some(Component::Normal(_))) => {
                straight.pop();
            }
            part => straight.push(part),
        }
    }
    straight
}

/// One key for one file, however it was reached.
fn normal(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
