//! The configuration as plain JSON: objects of any class become their fields.
//!
//! A value that is used in several places is written out in each, so a small pickle can describe an
//! endless configuration; depth, nodes and text are bounded.

use serde_json::{Map, Number, Value as Json};

use crate::pickle::{Id, Tree, Value};

/// Deeper nesting than a configuration has; small enough for recursion, here and in dropping the result.
const MAX_DEPTH: usize = 64;
/// Values and pairs gone through.
const MAX_NODES: usize = 1 << 17;
/// Bytes of text in the result, keys included.
const MAX_TEXT: usize = 8 << 20;

/// Writes a value as JSON. Keys that are not text, whole numbers or truth values are left out, a
/// reference back to what contains it becomes `null`, and what JSON has no form for becomes a text:
/// `"module.name"` for a class or function, `"<…>"` for the rest.
///
/// # Errors
/// A message when the result would be larger than a configuration ever is.
pub(crate) fn to_json(tree: &Tree, id: Id) -> Result<Json, String> {
    let mut writer = Writer {
        tree,
        path: Vec::new(),
        nodes: 0,
        text: 0,
    };
    writer.write(id)
}

struct Writer<'t, 'a> {
    tree: &'t Tree<'a>,
    /// What contains the value at hand, outermost first.
    path: Vec<Id>,
    nodes: usize,
    text: usize,
}

impl Writer<'_, '_> {
    fn write(&mut self, id: Id) -> Result<Json, String> {
        self.count()?;
        if self.path.contains(&id) {
            return Ok(Json::Null);
        }
        if self.path.len() >= MAX_DEPTH {
            return Err(format!("nested more than {MAX_DEPTH} deep"));
        }
        self.path.push(id);
        let json = self.value(id);
        self.path.pop();
        json
    }

    /// Notes one more value.
    fn count(&mut self) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(format!("more than {MAX_NODES} values"));
        }
        Ok(())
    }

    fn value(&mut self, id: Id) -> Result<Json, String> {
        let tree = self.tree;
        if let Some(fields) = tree.fields(id) {
            let mut map = Map::new();
            for (key, value) in fields.into_iter().flatten() {
                // Of its own, so that pairs that are left out are not free: the dictionary may be used often.
                self.count()?;
                if let Some(key) = self.key(*key)? {
                    let value = self.write(*value)?;
                    map.insert(key, value);
                }
            }
            return Ok(Json::Object(map));
        }
        match tree.get(id) {
            Value::None | Value::Dict(_) => Ok(Json::Null),
            Value::Bool(value) => Ok(Json::Bool(*value)),
            Value::Int(value) => Ok(Json::from(*value)),
            Value::BigInt(bytes) => Ok(format!("<integer of {} bytes>", bytes.len()).into()),
            Value::Float(value) => {
                Ok(Number::from_f64(*value)
                    .map_or_else(|| format!("<{value}>").into(), Json::Number))
            }
            Value::Text(text) => Ok(self.text(text)?.into()),
            Value::Bytes(bytes) => Ok(format!("<{} bytes>", bytes.len()).into()),
            Value::Persistent(_) => Ok("<storage>".into()),
            Value::Class { module, name } => Ok(self.text(&format!("{module}.{name}"))?.into()),
            Value::List(members) | Value::Tuple(members) | Value::Set(members) => {
                self.array(members)
            }
            Value::Object(object) if !object.items.is_empty() => self.array(&object.items),
            Value::Object(object) => match (tree.class(object.class), tree.sequence(object.args)) {
                (None, _) => Ok("<object>".into()),
                // How sets are written before protocol 4.
                (Some(("builtins" | "__builtin__", "set" | "frozenset")), Some([members])) => {
                    self.write(*members)
                }
                (Some(_), None | Some([])) => self.write(object.class),
                (Some(_), Some(args)) => self.array(args),
            },
        }
    }

    fn array(&mut self, members: &[Id]) -> Result<Json, String> {
        let members = members.iter().map(|member| self.write(*member));
        members.collect::<Result<_, _>>().map(Json::Array)
    }

    /// A key as Python's JSON would write it.
    fn key(&mut self, id: Id) -> Result<Option<String>, String> {
        match self.tree.get(id) {
            Value::Text(text) => self.text(text).map(Some),
            Value::Int(value) => Ok(Some(value.to_string())),
            Value::Bool(value) => Ok(Some(value.to_string())),
            _ => Ok(None),
        }
    }

    fn text(&mut self, text: &str) -> Result<String, String> {
        self.text += text.len();
        if self.text > MAX_TEXT {
            return Err(format!("more than {MAX_TEXT} bytes of text"));
        }
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pickle::parse;
    use crate::testing::Pickle;

    fn converted(pickle: Pickle) -> Result<Json, String> {
        let bytes = pickle.stop();
        let tree = parse(&bytes).unwrap();
        to_json(&tree, tree.root())
    }

    #[test]
    fn every_value_has_a_form() {
        let pickle = Pickle::new()
            .raw(b"(")
            .raw(b"N\x88\x89J\xff\xff\xff\xffG\x3f\xf8\0\0\0\0\0\0")
            .raw(b"G\x7f\xf0\0\0\0\0\0\0")
            .text("x")
            .raw(b"C\x02ab\x8a\x09\0\0\0\0\0\0\0\0\x01cnumpy\nmean\n")
            .raw(b"c__builtin__\nset\n]K\x01a\x85R")
            .raw(b"cm\nA\n)\x81cm\nB\nK\x07\x85R")
            .raw(b"cm\nC\n)\x81K\x08aC\0Q\x8f")
            .raw(b"l");
        let expected = json!([
            null,
            true,
            false,
            -1,
            1.5,
            "<inf>",
            "x",
            "<2 bytes>",
            "<integer of 9 bytes>",
            "numpy.mean",
            [1],
            "m.A",
            [7],
            [8],
            "<storage>",
            []
        ]);
        assert_eq!(converted(pickle), Ok(expected));
    }

    #[test]
    fn objects_become_their_fields() {
        // A class whose state is an OrderedDict, in a class whose state is a pair with slots.
        let pickle = Pickle::new()
            .raw(b"cm\nA\n)\x81}")
            .text("a")
            .raw(b"cm\nB\n)\x81ccollections\nOrderedDict\n)R")
            .text("n")
            .raw(b"K\x01sbs}K\x05\x88sK\x06\x89s\x86b");
        assert_eq!(
            converted(pickle),
            Ok(json!({"a": {"n": 1}, "5": true, "6": false}))
        );
        let empty = Pickle::new().raw(b"cm\nA\n)\x81}b");
        assert_eq!(converted(empty), Ok(json!({})));
        // A dictionary with an impossible key, and one with a key set twice.
        assert_eq!(converted(Pickle::new().raw(b"})K\x01s")), Ok(json!({})));
        assert_eq!(
            converted(Pickle::new().raw(b"}K\x01K\x02sK\x01K\x03s")),
            Ok(json!({"1": 3}))
        );
    }

    #[test]
    fn cycles_are_cut() {
        assert_eq!(converted(Pickle::new().raw(b"]q\0h\0a")), Ok(json!([null])));
        assert_eq!(
            converted(Pickle::new().raw(b"}q\0K\x01h\0s")),
            Ok(json!({"1": null}))
        );
        assert_eq!(
            converted(Pickle::new().raw(b"cm\nA\n)\x81q\0h\0b")),
            Ok(json!({}))
        );
    }

    #[test]
    fn what_would_be_endless_is_refused() {
        // A list of ten times the list before, nine times over.
        let mut laughs = Pickle::new().raw(b"]q\0");
        for level in 0..9 {
            laughs = laughs
                .raw(b"](")
                .raw(&[b'h', level].repeat(10))
                .raw(b"e")
                .raw(&[b'q', level + 1]);
        }
        assert!(converted(laughs).unwrap_err().contains("values"));
        let mut deep = Pickle::new().raw(b"N");
        for _ in 0..100_000 {
            deep = deep.raw(b"\x85");
        }
        assert!(converted(deep).unwrap_err().contains("deep"));
        let long = "x".repeat(1 << 20);
        let wordy = Pickle::new()
            .raw(b"(")
            .text(&long)
            .raw(b"q\0")
            .raw(&b"h\0".repeat(20))
            .raw(b"l");
        assert!(converted(wordy).unwrap_err().contains("text"));
        // A dictionary of nothing that has a form, a thousand times.
        let hollow = Pickle::new()
            .raw(b"}(")
            .raw(&b"NN".repeat(1000))
            .raw(b"uq\0](")
            .raw(&b"h\0".repeat(1000))
            .raw(b"e");
        assert!(converted(hollow).unwrap_err().contains("values"));
    }
}
