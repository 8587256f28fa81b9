//! Every instruction by hand, what CPython writes, and pickles as they should not be.

use std::fmt::Write as _;

use super::limits::{MAX_MARKS, MAX_MEMO, MAX_STEPS, MAX_VALUES};
use super::*;
use crate::testing::Pickle;

/// A tree in the words of Python, to compare with.
fn told(tree: &Tree, id: Id, into: &mut String) {
    let members = |members: &[Id], into: &mut String| {
        for (i, member) in members.iter().enumerate() {
            into.push_str(if i == 0 { "" } else { "," });
            told(tree, *member, into);
        }
    };
    let entries = |entries: &[(Id, Id)], into: &mut String| {
        for (key, value) in entries {
            told(tree, *key, into);
            into.push(':');
            told(tree, *value, into);
            into.push(',');
        }
    };
    match tree.get(id) {
        Value::None => into.push_str("None"),
        Value::Bool(value) => write!(into, "{value}").unwrap(),
        Value::Int(value) => write!(into, "{value}").unwrap(),
        Value::BigInt(bytes) => write!(into, "big{bytes:?}").unwrap(),
        Value::Float(value) => write!(into, "{value:?}").unwrap(),
        Value::Text(text) => write!(into, "{text:?}").unwrap(),
        Value::Bytes(bytes) => write!(into, "b\"{}\"", bytes.escape_ascii()).unwrap(),
        Value::Class { module, name } => write!(into, "{module}.{name}").unwrap(),
        Value::List(list) => {
            into.push('[');
            members(list, into);
            into.push(']');
        }
        Value::Tuple(tuple) => {
            into.push('(');
            members(tuple, into);
            into.push(')');
        }
        Value::Set(set) => {
            into.push('<');
            members(set, into);
            into.push('>');
        }
        Value::Dict(dict) => {
            into.push('{');
            entries(dict, into);
            into.push('}');
        }
        Value::Persistent(id) => {
            into.push('@');
            told(tree, *id, into);
        }
        Value::Object(object) => {
            told(tree, object.class, into);
            told(tree, object.args, into);
            if !object.items.is_empty() {
                into.push('[');
                members(&object.items, into);
                into.push(']');
            }
            if !object.entries.is_empty() {
                into.push('{');
                entries(&object.entries, into);
                into.push('}');
            }
            if let Some(state) = object.state {
                into.push('=');
                told(tree, state, into);
            }
        }
    }
}

/// What a pickle stands for.
fn read(bytes: &[u8]) -> String {
    let tree = parse(bytes).unwrap();
    let mut text = String::new();
    told(&tree, tree.root(), &mut text);
    text
}

/// What the instructions stand for.
fn made(instructions: &[u8]) -> String {
    read(&Pickle::new().raw(instructions).stop())
}

fn problem(instructions: &[u8]) -> PickleProblem {
    parse(&Pickle::new().raw(instructions).stop())
        .unwrap_err()
        .problem
}

/// Each of the instructions makes what is beside it.
fn all_make(cases: &[(&[u8], &str)]) {
    for (instructions, expected) in cases {
        assert_eq!(
            made(instructions),
            *expected,
            "{}",
            instructions.escape_ascii()
        );
    }
}

#[test]
fn plain_values() {
    all_make(&[
        (&b"N"[..], "None"),
        (b"\x88", "true"),
        (b"\x89", "false"),
        (b"K\xff", "255"),
        (b"M\x34\x12", "4660"),
        (b"J\xfe\xff\xff\xff", "-2"),
        (b"\x8a\0", "0"),
        (b"\x8a\x01\xff", "-1"),
        (b"\x8a\x02\xff\0", "255"),
        (b"\x8a\x08\0\0\0\0\0\0\0\x80", "-9223372036854775808"),
        (
            b"\x8a\x09\0\0\0\0\0\0\0\x80\0",
            "big[0, 0, 0, 0, 0, 0, 0, 128, 0]",
        ),
        (b"\x8b\x02\0\0\0\0\x80", "-32768"),
        (b"G\xc0\x09\x21\xfb\x54\x44\x2d\x18", "-3.141592653589793"),
        (b"X\x03\0\0\0a\xc3\xa9", "\"aé\""),
        (b"\x8c\x01a", "\"a\""),
        (b"\x8d\x01\0\0\0\0\0\0\0a", "\"a\""),
        (b"U\x01a", "\"a\""),
        (b"U\x01\xff", "b\"\\xff\""),
        (b"T\x01\0\0\0a", "\"a\""),
        (b"C\x02a\xff", "b\"a\\xff\""),
        (b"B\x01\0\0\0a", "b\"a\""),
        (b"\x8e\x01\0\0\0\0\0\0\0a", "b\"a\""),
        (b"\x96\x01\0\0\0\0\0\0\0a", "b\"a\""),
        (
            b"ctorch._utils\n_rebuild_tensor_v2\n",
            "torch._utils._rebuild_tensor_v2",
        ),
        (b"\x8c\x01m\x8c\x01C\x93", "m.C"),
    ]);
}

#[test]
fn containers() {
    all_make(&[
        (&b"]"[..], "[]"),
        (b"}", "{}"),
        (b")", "()"),
        (b"\x8f", "<>"),
        (b"]K\x01aK\x02a", "[1,2]"),
        (b"](K\x01K\x02e", "[1,2]"),
        (b"](e", "[]"),
        (b"(K\x01K\x02l", "[1,2]"),
        (b"K\x01\x85", "(1)"),
        (b"K\x01K\x02\x86", "(1,2)"),
        (b"K\x01K\x02K\x03\x87", "(1,2,3)"),
        (b"(K\x01K\x02K\x03K\x04t", "(1,2,3,4)"),
        (b"(t", "()"),
        (b"\x8f(K\x01K\x02\x90", "<1,2>"),
        (b"(K\x01K\x02\x91", "<1,2>"),
        (b"}K\x01K\x02s", "{1:2,}"),
        (b"}(K\x01K\x02K\x03Nu", "{1:2,3:None,}"),
        (b"(K\x01K\x02d", "{1:2,}"),
        // A state for a dictionary is passed over.
        (b"}}b", "{}"),
    ]);
}

#[test]
fn the_stack_and_the_memo() {
    all_make(&[
        (&b"K\x01K\x020"[..], "1"),
        (b"K\x01(0", "1"),
        (b"K\x01(K\x02K\x031", "1"),
        (b"K\x012\x86", "(1,1)"),
        (b"K\x07q\x05h\x05\x86", "(7,7)"),
        (b"K\x07r\0\0\0\x80j\0\0\0\x80\x86", "(7,7)"),
        (b"K\x07\x94K\x08\x94h\0h\x01(t0000h\x01", "8"),
        (b"\x95\xff\xff\xff\xff\xff\xff\xff\x7fN", "None"),
        (b"\x80\x05N", "None"),
    ]);
    // What follows the last instruction is not looked at.
    assert_eq!(read(b"\x80\x02N.\xff"), "None");
}

#[test]
fn calls_are_noted_and_not_made() {
    all_make(&[
        (
            &b"cos\nsystem\nX\x04\0\0\0halt\x85R"[..],
            "os.system(\"halt\")",
        ),
        (b"cm\nC\n)\x81", "m.C()"),
        (b"cm\nC\n)}\x92", "m.C()"),
        (b"cm\nC\n)\x81}b", "m.C()={}"),
        (b"cm\nC\n)\x81K\x01aK\x02a", "m.C()[1,2]"),
        (b"cm\nC\n)\x81(K\x01K\x02\x90", "m.C()[1,2]"),
        (b"cm\nC\n)\x81(K\x01K\x02u", "m.C(){1:2,}"),
        (b"K\x01)R)R", "1()()"),
        (b"X\x03\0\0\0keyQ", "@\"key\""),
    ]);
}

#[test]
fn wrong_instructions_are_refused() {
    let kind = |instructions: &[u8]| matches!(problem(instructions), PickleProblem::Kind(_));
    for instructions in [
        &b"Na"[..],
        b"NNa",
        b"K\x01K\x02a",
        b")K\x01a",
        b"]K\x01K\x02s",
        b"}K\x01a",
        b"N}b",
        b"N]R",
        b"cm\nC\nN\x81",
        b"K\x01K\x02\x93",
        b"}(K\x01u",
        b"(K\x01d",
    ] {
        let underflow = problem(instructions) == PickleProblem::Underflow;
        assert!(
            underflow || kind(instructions),
            "{}",
            instructions.escape_ascii()
        );
    }
    for instructions in [
        &b""[..],
        b"0",
        b"2",
        b"q\0",
        b"R",
        b"\x85",
        b"Q",
        b"N(\x85",
        b"N(.",
    ] {
        assert_eq!(problem(instructions), PickleProblem::Underflow);
    }
    for instructions in [&b"t"[..], b"Ne", b"1", b"u", b"(tt"] {
        assert_eq!(problem(instructions), PickleProblem::NoMark);
    }
    assert_eq!(problem(b"h\x07"), PickleProblem::NoMemo(7));
    assert_eq!(problem(b"j\0\0\0\x80"), PickleProblem::NoMemo(1 << 31));
    assert_eq!(problem(b"X\x01\0\0\0\xff"), PickleProblem::Text);
    assert_eq!(problem(b"\x80\x06"), PickleProblem::Protocol);
    // Protocol 0, extension codes, out-of-band buffers, and nothing at all.
    for code in *b"FILPSVgipo\x82\x83\x84\x97\x98\0\xff" {
        assert_eq!(
            problem(&[code, 0, 0, 0, 0, b'\n', b'\n']),
            PickleProblem::Instruction(code)
        );
    }
    for start in [&b""[..], b"N.", b"\x80", b"(lp0\n."] {
        assert!(parse(start).is_err());
    }
}

#[test]
fn the_offset_is_that_of_the_instruction_at_fault() {
    let error = parse(b"\x80\x02K\x01X\x05\0\0\0a.").unwrap_err();
    assert_eq!(
        error,
        PickleError {
            offset: 4,
            problem: PickleProblem::Truncated
        }
    );
}

#[test]
fn huge_lengths_are_refused_before_anything_is_allocated() {
    for instructions in [
        &b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff"[..],
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x96\0\0\0\0\0\x01\0\0",
        b"X\xff\xff\xff\xff",
        b"B\xff\xff\xff\x7f",
        b"T\xff\xff\xff\xff",
        b"\x8b\xff\xff\xff\xff",
        b"\x8a\xff",
        b"cnowhere",
        b"cm\nC",
    ] {
        assert_eq!(problem(instructions), PickleProblem::Truncated);
    }
}

#[test]
fn every_limit_is_kept() {
    let too_many = |what, most| PickleProblem::TooMany { what, most };
    let repeated = |bytes: &[u8], count: usize| bytes.repeat(count);
    let limit = too_many("levels of nesting", MAX_MARKS);
    assert_eq!(problem(&repeated(b"(", MAX_MARKS + 1)), limit);
    assert_eq!(
        problem(&repeated(b"]", MAX_VALUES + 1)),
        too_many("values", MAX_VALUES)
    );
    assert_eq!(
        problem(&repeated(b"N0", MAX_STEPS)),
        too_many("instructions", MAX_STEPS)
    );
    let memo = b"N"
        .iter()
        .copied()
        .chain(repeated(b"\x94", MAX_MEMO + 1))
        .collect::<Vec<_>>();
    assert_eq!(problem(&memo), too_many("memo entries", MAX_MEMO));
}

#[test]
fn depth_costs_no_stack() {
    // A tuple in a tuple in a tuple, a million deep: built, and dropped.
    let tree = Pickle::new()
        .raw(b")")
        .raw(&b"\x85".repeat(1_000_000))
        .stop();
    assert!(parse(&tree).is_ok());
    // As calls of calls.
    let tree = Pickle::new().raw(b"N").raw(&b")R".repeat(500_000)).stop();
    assert!(parse(&tree).is_ok());
}

#[test]
fn shared_values_stay_shared() {
    // Doubled forty times: a thousand billion if written out.
    let mut laughs = Pickle::new().raw(b"N");
    for _ in 0..40 {
        laughs = laughs.raw(b"2\x86");
    }
    let bytes = laughs.stop();
    assert!(parse(&bytes).unwrap().values.len() < 50);
    // A list that contains itself.
    let cycle = Pickle::new().raw(b"]q\0h\0a").stop();
    let tree = parse(&cycle).unwrap();
    assert_eq!(tree.sequence(tree.root()), Some(&[tree.root()][..]));
}

/// Pickles of CPython: see `make.py` beside them.
fn cpython(protocol: u8) -> Vec<u8> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/checkpoints/pickles"
    );
    std::fs::read(format!("{folder}/protocol-{protocol}.pkl")).unwrap()
}

#[test]
fn what_cpython_writes_is_read() {
    for protocol in 2..=5 {
        let bytes = cpython(protocol);
        let tree = parse(&bytes).unwrap();
        let field = |name: &str| {
            let mut text = String::new();
            told(&tree, tree.field(tree.root(), name).unwrap(), &mut text);
            text
        };
        assert_eq!(
            field("ints"),
            "[0,-1,255,65535,65536,-2147483648,4294967296]",
            "{protocol}"
        );
        assert_eq!(field("float"), "0.07");
        assert_eq!(field("none"), "None");
        assert_eq!(field("bools"), "(true,false)");
        assert_eq!(field("text"), "\"kürzer\"");
        assert_eq!(
            field("nested"),
            "{\"a\":{\"b\":[(),(1),(1,2),(1,2,3),(1,2,3,4)],},}"
        );
        assert_eq!(
            field("ordered"),
            "collections.OrderedDict(){\"z\":1,\"a\":2,}"
        );
        assert_eq!(
            field("storage"),
            "@(\"storage\",torch.FloatStorage,\"0\",\"cpu\",4)"
        );
        assert_eq!(field("function"), "numpy.mean");
        let namespace = "avssl.base.ordered_namespace.OrderedNamespace()";
        let inner = format!("{namespace}=collections.OrderedDict(){{\"x\":1,}}");
        let outer = format!("{namespace}=collections.OrderedDict(){{\"inner\":{inner},\"y\":2,}}");
        assert_eq!(field("namespace"), outer);
        assert!(field("big").starts_with("big["));
        assert!(field("many").ends_with(",1999]"));
        assert!(["<7>", "builtins.set([7])", "__builtin__.set([7])"].contains(&&*field("set")));
        assert!(field("bytes").contains("\"\\0ab\"") || field("bytes") == "b\"\\x00ab\"");
        let cyclic = tree.field(tree.root(), "cyclic").unwrap();
        assert_eq!(tree.sequence(cyclic), Some(&[cyclic][..]));
    }
}

#[test]
fn a_pickle_cut_or_changed_anywhere_is_refused_or_read() {
    for protocol in 2..=5 {
        let bytes = cpython(protocol);
        for length in 0..bytes.len() - 1 {
            assert!(parse(&bytes[..length]).is_err(), "{length}");
        }
        let mut seed = u32::from(protocol);
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize % below
        };
        for _ in 0..5_000 {
            let mut changed = bytes.clone();
            for _ in 0..=random(3) {
                let place = random(changed.len());
                changed[place] = random(256) as u8;
            }
            if let Ok(tree) = parse(&changed) {
                let _ = crate::json::to_json(&tree, tree.root());
            }
        }
    }
}
