//! What torch and PyTorch Lightning mean by the values of a checkpoint's pickle.

use std::collections::BTreeMap;

use crate::DType;
use crate::container::Storage;
use crate::error::{CheckpointError as Error, shown};
use crate::json::to_json;
use crate::pickle::{Id, Tree, Value};
use crate::tensor::{TensorInfo, ViewProblem};

const STATE_DICT: &str = "state_dict";
const HYPER_PARAMETERS: &str = "hyper_parameters";
const CONFIG: &str = "config";
const CONFIG_PATH: &str = "hyper_parameters.config";
/// Longest name of a tensor, and longest key of a storage.
const MAX_NAME: usize = 1024;
/// Most names in a `state_dict`; large models have 3 000.
pub(crate) const MAX_NAMES: usize = 1 << 16;

/// The weights by name, and where their numbers lie.
#[derive(Debug, Default)]
pub(crate) struct StateDict {
    pub(crate) tensors: BTreeMap<String, TensorInfo>,
    /// What else has a name, and why it is not read.
    pub(crate) skipped: BTreeMap<String, String>,
    pub(crate) storages: Vec<Storage>,
}

/// `hyper_parameters["config"]` as JSON.
pub(crate) fn config(name: &str, tree: &Tree) -> Result<serde_json::Value, Error> {
    let Some(parameters) = tree.field(tree.root(), HYPER_PARAMETERS) else {
        let problem = "missing; without the configuration it was trained with, a checkpoint cannot be understood: save it with self.save_hyperparameters() in the Lightning module";
        return Err(Error::config(name, HYPER_PARAMETERS, problem));
    };
    let Some(config) = tree.field(parameters, CONFIG) else {
        let problem = format!(
            "missing; there is {}, where SpeechCLIP keeps everything under `config`",
            keys(tree, parameters)
        );
        return Err(Error::config(name, CONFIG_PATH, problem));
    };
    let json = to_json(tree, config).map_err(|problem| {
        let problem = format!(
            "{problem}, which no configuration has; save the checkpoint again with a plain one"
        );
        Error::config(name, CONFIG_PATH, problem)
    })?;
    if !json.is_object() {
        return Err(Error::config(
            name,
            CONFIG_PATH,
            "not a tree of named values; it should be what the model was built from",
        ));
    }
    Ok(json)
}

/// `state_dict`. `find` gives the entry of a storage by its key.
pub(crate) fn state_dict(
    name: &str,
    tree: &Tree,
    find: impl Fn(&str) -> Result<Storage, Error>,
) -> Result<StateDict, Error> {
    let nothing = |found: String| Error::NoStateDict {
        file: name.to_owned(),
        found,
    };
    let Some(id) = tree.field(tree.root(), STATE_DICT) else {
        return Err(nothing(format!("there is {}", keys(tree, tree.root()))));
    };
    let mut reader = Reader {
        name,
        tree,
        find,
        known: BTreeMap::new(),
        state: StateDict::default(),
    };
    for (key, value) in tree.fields(id).into_iter().flatten().flatten() {
        if let Some(key) = tree.text(*key) {
            reader.add(key, *value)?;
        }
    }
    if reader.state.tensors.is_empty() {
        return Err(nothing(format!("it has {}", keys(tree, id))));
    }
    Ok(reader.state)
}

/// The first keys of a dictionary, for an error message.
fn keys(tree: &Tree, id: Id) -> String {
    let Some(fields) = tree.fields(id) else {
        return "no dictionary".to_owned();
    };
    let keys = fields
        .into_iter()
        .flatten()
        .filter_map(|(key, _)| tree.text(*key));
    let keys: Vec<_> = keys
        .take(12)
        .map(|key| format!("`{}`", shown(key)))
        .collect();
    if keys.is_empty() {
        return "nothing by name".to_owned();
    }
    keys.join(", ")
}

/// A storage as a persistent id describes it.
struct Described<'a> {
    class: &'a str,
    key: &'a str,
    /// Numbers it has.
    elements: u64,
}

struct Reader<'t, 'a, F> {
    name: &'t str,
    tree: &'t Tree<'a>,
    find: F,
    /// Storages seen so far, by key.
    known: BTreeMap<&'a str, usize>,
    state: StateDict,
}

impl<'a, F: Fn(&str) -> Result<Storage, Error>> Reader<'_, 'a, F> {
    fn add(&mut self, key: &str, id: Id) -> Result<(), Error> {
        if key.len() > MAX_NAME {
            return Err(self.refuse(key, format!("its name has {} bytes", key.len())));
        }
        if self.state.tensors.len() + self.state.skipped.len() >= MAX_NAMES {
            return Err(self.refuse(key, format!("more than {MAX_NAMES} names before it")));
        }
        let added = self.tensor(key, id)?;
        // Of two with the same name the later one counts, as in Python.
        match added {
            Ok(info) => {
                self.state.skipped.remove(key);
                self.state.tensors.insert(key.to_owned(), info);
            }
            Err(reason) => {
                self.state.tensors.remove(key);
                self.state.skipped.insert(key.to_owned(), reason);
            }
        }
        Ok(())
    }

    /// The tensor, or why it is none that is read.
    fn tensor(&mut self, key: &str, id: Id) -> Result<Result<TensorInfo, String>, Error> {
        let tree = self.tree;
        let Some(view) = view(tree, id) else {
            return Ok(Err(format!("not a tensor but {}", what(tree, id))));
        };
        let malformed = |what: &str| self.refuse(key, format!("{what} is not as torch writes it"));
        let [storage, offset, shape, stride, ..] = view else {
            return Err(malformed("its view of a storage"));
        };
        let described = storage_of(tree, *storage).ok_or_else(|| malformed("its storage"))?;
        let offset = count(tree, *offset).ok_or_else(|| malformed("its offset"))?;
        let shape = counts(tree, *shape).ok_or_else(|| malformed("its shape"))?;
        let stride = counts(tree, *stride).ok_or_else(|| malformed("its stride"))?;
        let Some(dtype) = DType::of_storage(described.class) else {
            let class = shown(described.class);
            return Ok(Err(format!(
                "its storage is a torch.{class}, which is not read"
            )));
        };
        let index = self.storage(key, described.key)?;
        let (bytes, size) = (self.state.storages[index].bytes, dtype.bytes() as u64);
        let too_short = |elements: u64| Error::StorageTooShort {
            file: self.name.to_owned(),
            tensor: shown(key),
            entry: shown(&self.state.storages[index].name),
            needed: elements.saturating_mul(size),
            available: bytes.min(described.elements.saturating_mul(size)),
        };
        if described.elements > bytes / size {
            return Err(too_short(described.elements));
        }
        match TensorInfo::new(dtype, &shape, &stride, offset, index, described.elements) {
            Ok(info) => Ok(Ok(info)),
            Err(ViewProblem::TooShort(elements)) => Err(too_short(elements)),
            Err(ViewProblem::Impossible) => {
                Err(self.refuse(key, format!("{shape:?} in steps of {stride:?} cannot be")))
            }
            Err(ViewProblem::Repeated) => Ok(Err(format!(
                "{shape:?} repeats {} numbers",
                described.elements
            ))),
            Err(ViewProblem::Overlapping) => Ok(Err(format!(
                "{shape:?} in steps of {stride:?} overlaps itself; save it after .contiguous()"
            ))),
        }
    }

    /// Index of a storage in the result.
    fn storage(&mut self, tensor: &str, key: &'a str) -> Result<usize, Error> {
        if let Some(index) = self.known.get(key) {
            return Ok(*index);
        }
        if key.len() > MAX_NAME {
            return Err(self.refuse(
                tensor,
                format!("its storage has a name of {} bytes", key.len()),
            ));
        }
        let storage = (self.find)(key)?;
        let index = self.state.storages.len();
        self.state.storages.push(storage);
        self.known.insert(key, index);
        Ok(index)
    }

    fn refuse(&self, tensor: &str, problem: String) -> Error {
        Error::tensor(self.name, tensor, problem)
    }
}

/// The arguments of the call that makes a tensor: storage, offset, shape, strides, and more.
fn view<'t>(tree: &'t Tree, mut id: Id) -> Option<&'t [Id]> {
    // A parameter is made of a tensor; a parameter of a parameter is none that torch writes.
    for _ in 0..2 {
        let Value::Object(object) = tree.get(id) else {
            return None;
        };
        let args = tree.sequence(object.args)?;
        match tree.class(object.class)? {
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => return Some(args),
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
                id = *args.first()?;
            }
            _ => return None,
        }
    }
    None
}

/// `("storage", torch.FloatStorage, key, device, elements)`.
fn storage_of<'a>(tree: &Tree<'a>, id: Id) -> Option<Described<'a>> {
    let Value::Persistent(id) = tree.get(id) else {
        return None;
    };
    let [kind, class, key, _device, elements, ..] = tree.sequence(*id)? else {
        return None;
    };
    let ("torch" | "torch.cuda" | "torch.storage", class) = tree.class(*class)? else {
        return None;
    };
    (tree.text(*kind)? == "storage").then_some(())?;
    Some(Described {
        class,
        key: tree.text(*key)?,
        elements: count(tree, *elements)?,
    })
}

fn count(tree: &Tree, id: Id) -> Option<u64> {
    match tree.get(id) {
        Value::Int(value) => u64::try_from(*value).ok(),
        _ => None,
    }
}

fn counts(tree: &Tree, id: Id) -> Option<Vec<u64>> {
    let members = tree.sequence(id)?;
    if members.len() > crate::tensor::MAX_DIMENSIONS {
        return None;
    }
    members.iter().map(|member| count(tree, *member)).collect()
}

/// A value in a few words.
fn what(tree: &Tree, id: Id) -> String {
    let class = match tree.get(id) {
        Value::Object(object) => object.class,
        Value::Class { .. } => id,
        _ => return "plain data".to_owned(),
    };
    match tree.class(class) {
        Some((module, name)) => format!("{}.{}", shown(module), shown(name)),
        None => "an object".to_owned(),
    }
}
