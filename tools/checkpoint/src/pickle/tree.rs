//! What a pickle describes, as inert data.

/// Where a value stands in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id(pub(super) u32);

/// Keys and values of a dictionary, in the order of the pickle; a later pair replaces an earlier one.
type Entries = [(Id, Id)];

/// One value. Text and bytes lie in the pickle.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    /// An integer that does not fit: little-endian two's complement.
    BigInt(&'a [u8]),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Set(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A class or function, by name only.
    Class {
        module: &'a str,
        name: &'a str,
    },
    /// Something kept outside the pickle, by its description.
    Persistent(Id),
    /// What would have been an instance of a class or the result of a call.
    Object(Box<Object>),
}

/// A call that was not made, and what would have been done with its result.
#[derive(Debug)]
pub(crate) struct Object {
    /// The class or function.
    pub(crate) class: Id,
    /// Positional arguments, a tuple.
    pub(crate) args: Id,
    /// What `__setstate__` would have been given.
    pub(crate) state: Option<Id>,
    /// What would have been appended or added.
    pub(crate) items: Vec<Id>,
    /// What would have been set by key.
    pub(crate) entries: Vec<(Id, Id)>,
}

/// All values of a pickle.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    pub(super) values: Vec<Value<'a>>,
    pub(super) root: Id,
}

impl<'a> Tree<'a> {
    /// The value the pickle stands for.
    pub(crate) fn root(&self) -> Id {
        self.root
    }

    /// A value. Every [`Id`] of a tree is of a value in it.
    pub(crate) fn get(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    /// The members of a tuple or list.
    pub(crate) fn sequence(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Tuple(members) | Value::List(members) => Some(members),
            _ => None,
        }
    }

    /// A text.
    pub(crate) fn text(&self, id: Id) -> Option<&'a str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Module and name of a class or function.
    pub(crate) fn class(&self, id: Id) -> Option<(&'a str, &'a str)> {
        match self.get(id) {
            Value::Class { module, name } => Some((module, name)),
            _ => None,
        }
    }

    /// The fields of a dictionary, of an instance of a dictionary class, or of a plain object: its state,
    /// the state of its slots, and what was set by key. `None` for anything else.
    pub(crate) fn fields(&self, id: Id) -> Option<[&Entries; 3]> {
        let object = match self.get(id) {
            Value::Dict(entries) => return Some([entries, &[], &[]]),
            Value::Object(object) => object,
            _ => return None,
        };
        let is_mapping = !object.entries.is_empty()
            || self.class(object.class) == Some(("collections", "OrderedDict"));
        let (state, slots) = match object.state {
            None => (None, None),
            // Classes with slots have a pair as state: the dictionary, which may be missing, and the slots.
            Some(state) => match self.get(state) {
                Value::Tuple(pair) if pair.len() == 2 => {
                    (self.entries(pair[0]), self.entries(pair[1]))
                }
                _ => (self.entries(state), None),
            },
        };
        if state.is_none() && slots.is_none() && !is_mapping {
            return None;
        }
        Some([
            state.unwrap_or_default(),
            slots.unwrap_or_default(),
            &object.entries,
        ])
    }

    /// The value of a field by name; of several, the last.
    pub(crate) fn field(&self, id: Id, name: &str) -> Option<Id> {
        self.fields(id)?
            .iter()
            .rev()
            .flat_map(|entries| entries.iter().rev())
            .find(|(key, _)| self.text(*key) == Some(name))
            .map(|(_, value)| *value)
    }

    /// What a dictionary or an instance of a dictionary class was given by key.
    fn entries(&self, id: Id) -> Option<&Entries> {
        match self.get(id) {
            Value::Dict(entries) => Some(entries),
            Value::Object(object) => Some(&object.entries),
            _ => None,
        }
    }
}
