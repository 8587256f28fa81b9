//! Checkpoints made by hand: every number format, shared storages, and everything that can be wrong.

mod flat;

use super::*;
use crate::DType;
use crate::pickle::PickleProblem;
use crate::testing::{Pickle, Tensor, archive, file, lightning};

const PLAIN: Tensor = Tensor {
    class: "FloatStorage",
    key: "0",
    elements: 6,
    offset: 0,
    shape: &[2, 3],
    stride: &[3, 1],
};

/// 1, 2, 3, … as 32-bit floats.
fn floats(count: usize) -> Vec<u8> {
    (1..=count)
        .flat_map(|number| (number as f32).to_le_bytes())
        .collect()
}

fn open(bytes: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let (_folder, path) = file("model.ckpt", bytes);
    Checkpoint::open(path)
}

fn open_with(pickle: &[u8], storage: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let entries = [
        ("m/data.pkl", pickle),
        ("m/byteorder", b"little"),
        ("m/data/0", storage),
    ];
    open(&archive(false, &entries))
}

/// The refusal of a checkpoint whose one tensor is `tensor`, with a storage of 24 bytes.
fn refusal(tensor: Tensor) -> CheckpointError {
    open_with(&lightning(&[("w", tensor)]), &floats(6)).unwrap_err()
}

#[test]
fn every_number_format_is_read() {
    let cases: [(&str, DType, &[u8]); 10] = [
        ("DoubleStorage", DType::F64, &[0, 0, 0, 0, 0, 0, 0xf0, 0x3f]),
        ("FloatStorage", DType::F32, &[0, 0, 0x80, 0x3f]),
        ("HalfStorage", DType::F16, &[0, 0x3c]),
        ("BFloat16Storage", DType::BF16, &[0x80, 0x3f]),
        ("LongStorage", DType::I64, &[1, 0, 0, 0, 0, 0, 0, 0]),
        ("IntStorage", DType::I32, &[1, 0, 0, 0]),
        ("ShortStorage", DType::I16, &[1, 0]),
        ("CharStorage", DType::I8, &[1]),
        ("ByteStorage", DType::U8, &[1]),
        ("BoolStorage", DType::Bool, &[1]),
    ];
    for (class, dtype, bytes) in cases {
        let scalar = Tensor {
            class,
            elements: 1,
            shape: &[],
            stride: &[],
            ..PLAIN
        };
        let checkpoint = open_with(&lightning(&[("w", scalar)]), bytes).unwrap();
        let info = &checkpoint.tensors()["w"];
        assert_eq!(
            (info.dtype, &*info.shape, info.elements()),
            (dtype, &[][..], 1)
        );
        match checkpoint.read_f32("w") {
            Ok(numbers) => assert_eq!(numbers, [1.0], "{class}"),
            Err(CheckpointError::WrongType { .. }) => {
                assert_eq!(checkpoint.read_i64("w").unwrap(), [1], "{class}");
            }
            Err(error) => panic!("{error}"),
        }
        assert!(checkpoint.read_f32("w").is_ok() != checkpoint.read_i64("w").is_ok());
    }
}

#[test]
fn views_share_storages() {
    let transposed = Tensor {
        shape: &[3, 2],
        stride: &[1, 3],
        ..PLAIN
    };
    let last = Tensor {
        offset: 4,
        shape: &[2],
        stride: &[1],
        ..PLAIN
    };
    let other = Tensor { key: "1", ..PLAIN };
    let pickle = lightning(&[("a", PLAIN), ("b", transposed), ("c", last), ("d", other)]);
    let storage = floats(6);
    let entries = [
        ("data.pkl", &pickle[..]),
        ("data/0", &storage),
        ("data/1", &storage),
    ];
    for is_packed in [false, true] {
        let checkpoint = open(&archive(is_packed, &entries)).unwrap();
        assert_eq!(checkpoint.config(), &serde_json::json!({"a": 1}));
        assert_eq!(
            checkpoint.read_f32("a").unwrap(),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        );
        assert_eq!(
            checkpoint.read_f32("b").unwrap(),
            [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
        );
        assert_eq!(checkpoint.read_f32("c").unwrap(), [5.0, 6.0]);
        assert_eq!(
            checkpoint.read_rows_f32("a", 1..2).unwrap(),
            [4.0, 5.0, 6.0]
        );
        assert_eq!(
            checkpoint.read_rows_f32("b", 1..3).unwrap(),
            [2.0, 5.0, 3.0, 6.0]
        );
        assert!(checkpoint.read_rows_f32("a", 2..2).unwrap().is_empty());
        for (a, b, same) in [
            ("a", "b", true),
            ("c", "a", true),
            ("a", "d", false),
            ("a", "x", false),
        ] {
            assert_eq!(checkpoint.same_storage(a, b), same, "{a} {b}");
        }
    }
}

#[test]
fn what_is_no_tensor_is_told_apart() {
    let complex = Tensor {
        class: "ComplexFloatStorage",
        ..PLAIN
    };
    let repeated = Tensor {
        shape: &[1 << 30],
        stride: &[0],
        ..PLAIN
    };
    let pickle = Pickle::new()
        .raw(b"}")
        .text("hyper_parameters")
        .raw(b"}")
        .text("config")
        .raw(b"}ss")
        .text("state_dict")
        .raw(b"}(")
        .text("extra")
        .raw(b"K\x01")
        .text("complex")
        .tensor(&complex)
        .text("repeated")
        .tensor(&repeated)
        .text("stub")
        .raw(b"cm\nC\n)R")
        .text("parameter")
        .raw(b"ctorch._utils\n_rebuild_parameter\n")
        .tensor(&PLAIN)
        .raw(b"\x88N\x87R")
        .text("twice")
        .raw(b"N")
        .text("twice")
        .tensor(&PLAIN)
        .raw(b"us")
        .stop();
    let checkpoint = open_with(&pickle, &floats(6)).unwrap();
    assert_eq!(
        checkpoint.tensors().keys().collect::<Vec<_>>(),
        ["parameter", "twice"]
    );
    let skipped: Vec<_> = checkpoint.skipped().keys().collect();
    assert_eq!(skipped, ["complex", "extra", "repeated", "stub"]);
    assert_eq!(checkpoint.read_f32("parameter").unwrap().len(), 6);
    for (name, words) in [
        ("complex", "torch.ComplexFloatStorage"),
        ("extra", "plain data"),
        ("repeated", "repeats"),
        ("stub", "m.C"),
        ("nothing", "none of this name"),
    ] {
        let error = checkpoint.read_f32(name).unwrap_err();
        assert!(matches!(error, CheckpointError::NoTensor { .. }));
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn rows_that_are_not_there_are_refused() {
    let scalar = Tensor {
        shape: &[],
        stride: &[],
        ..PLAIN
    };
    let checkpoint = open_with(&lightning(&[("w", PLAIN), ("s", scalar)]), &floats(6)).unwrap();
    let backwards = std::ops::Range { start: 2, end: 1 };
    for (name, rows) in [
        ("w", 0..3),
        ("w", 3..3),
        ("w", backwards),
        ("s", 0..0),
        ("s", 0..1),
    ] {
        let error = checkpoint.read_rows_f32(name, rows).unwrap_err();
        assert!(matches!(error, CheckpointError::Rows { .. }), "{error}");
    }
}

#[test]
fn storages_that_are_too_short_are_refused() {
    for tensor in [
        Tensor { offset: 1, ..PLAIN },
        Tensor {
            elements: 5,
            ..PLAIN
        },
        Tensor {
            elements: 7,
            ..PLAIN
        },
        Tensor {
            elements: i64::MAX,
            ..PLAIN
        },
        Tensor {
            shape: &[2, 4],
            ..PLAIN
        },
        Tensor {
            stride: &[4, 1],
            ..PLAIN
        },
        Tensor {
            class: "DoubleStorage",
            ..PLAIN
        },
    ] {
        let error = refusal(tensor);
        assert!(
            matches!(error, CheckpointError::StorageTooShort { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("`m/data/0`"), "{error}");
    }
}

#[test]
fn descriptions_that_make_no_sense_are_refused() {
    for tensor in [
        Tensor {
            offset: -1,
            ..PLAIN
        },
        Tensor {
            elements: -1,
            ..PLAIN
        },
        Tensor {
            shape: &[-2, 3],
            ..PLAIN
        },
        Tensor {
            stride: &[-3, 1],
            ..PLAIN
        },
        Tensor {
            stride: &[1],
            ..PLAIN
        },
        Tensor {
            shape: &[i64::MAX, 3],
            ..PLAIN
        },
        Tensor {
            stride: &[i64::MAX, 1],
            offset: i64::MAX,
            ..PLAIN
        },
        Tensor {
            shape: &[1; 65],
            stride: &[1; 65],
            ..PLAIN
        },
    ] {
        let error = refusal(tensor);
        assert!(matches!(error, CheckpointError::Tensor { .. }), "{error}");
    }
    let missing = refusal(Tensor {
        key: "../../0",
        ..PLAIN
    });
    assert!(
        matches!(missing, CheckpointError::Entry { .. }),
        "{missing}"
    );
}

#[test]
fn checkpoints_without_weights_or_configuration_are_refused() {
    let bare = Pickle::new()
        .raw(b"}")
        .text("w")
        .tensor(&PLAIN)
        .raw(b"s")
        .stop();
    let error = open_with(&bare, &floats(6)).unwrap_err();
    assert!(
        matches!(error, CheckpointError::NoStateDict { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("`w`"), "{error}");
    for root in [&b"N"[..], b"]", b"}", b"cm\nC\n)\x81"] {
        let error = open_with(&Pickle::new().raw(root).stop(), &[]).unwrap_err();
        assert!(
            matches!(error, CheckpointError::NoStateDict { .. }),
            "{error}"
        );
    }
    let weights = || {
        let pickle = Pickle::new().raw(b"}").text("state_dict").raw(b"}");
        pickle.text("w").tensor(&PLAIN).raw(b"ss")
    };
    let parameters = || weights().text("hyper_parameters").raw(b"}");
    for (pickle, words) in [
        (weights(), "save_hyperparameters"),
        (parameters().text("lr").raw(b"K\x01ss"), "there is `lr`"),
        (parameters().text("config").raw(b"K\x01ss"), "not a tree"),
    ] {
        let error = open_with(&pickle.stop(), &floats(6)).unwrap_err();
        assert!(matches!(error, CheckpointError::Config { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn too_many_or_too_long_names_are_refused() {
    let long = "x".repeat(5000);
    let error = open_with(&lightning(&[(&long, PLAIN)]), &floats(6)).unwrap_err();
    assert!(matches!(error, CheckpointError::Tensor { .. }), "{error}");
    assert!(error.to_string().len() < 500);
    let mut pickle = Pickle::new().raw(b"}").text("state_dict").raw(b"}(");
    for number in 0..70_000 {
        pickle = pickle.text(&number.to_string()).raw(b"N");
    }
    let error = open_with(&pickle.raw(b"us").stop(), &[]).unwrap_err();
    assert!(matches!(error, CheckpointError::Tensor { .. }), "{error}");
}

#[test]
fn archives_that_are_none_of_torch_are_refused() {
    let pickle = lightning(&[("w", PLAIN)]);
    let open_entries = |entries: &[(&str, &[u8])]| open(&archive(false, entries)).unwrap_err();
    for entries in [
        &[][..],
        &[("a.txt", &b"x"[..])],
        &[("xdata.pkl", b"x")],
        &[("a/data.pkl", b"x"), ("b/data.pkl", b"x")],
    ] {
        let error = open_entries(entries);
        assert!(
            matches!(error, CheckpointError::NotACheckpoint { .. }),
            "{error}"
        );
    }
    let error = open_entries(&[("m/data.pkl", &pickle), ("m/byteorder", b"big")]);
    assert!(
        matches!(error, CheckpointError::Unsupported { .. }),
        "{error}"
    );
    let error = open_entries(&[("m/data.pkl", &pickle)]);
    assert!(matches!(error, CheckpointError::Entry { .. }), "{error}");
    let error = open_entries(&[("m/data.pkl", b"\x80\x02N")]);
    let offset = 3;
    let problem = PickleProblem::Truncated;
    assert!(
        matches!(&error, CheckpointError::Pickle { offset: o, problem: p, .. } if (*o, p) == (offset, &problem)),
        "{error}"
    );
}

#[test]
fn damage_is_noticed() {
    let whole = archive(
        false,
        &[
            ("m/data.pkl", &lightning(&[("w", PLAIN)])),
            ("m/data/0", &floats(6)),
        ],
    );
    for length in [4, whole.len() / 2, whole.len() - 1] {
        let error = open(&whole[..length]).unwrap_err();
        assert!(
            matches!(error, CheckpointError::Truncated { .. }),
            "{error}"
        );
    }
    let find = |bytes: &[u8]| {
        whole
            .windows(bytes.len())
            .position(|window| window == bytes)
            .unwrap()
    };
    // A number changed: the checksum of the entry is not that of its bytes.
    let mut changed = whole.clone();
    changed[find(&floats(6)) + 5] ^= 1;
    let checkpoint = open(&changed).unwrap();
    let error = checkpoint.read_f32("w").unwrap_err();
    assert!(error.to_string().contains("checksum"), "{error}");
    assert!(error.to_string().contains("m/data/0"), "{error}");
    // The pickle changed.
    let mut changed = whole.clone();
    changed[find(b"state_dict")] ^= 1;
    let error = open(&changed).unwrap_err();
    assert!(matches!(error, CheckpointError::Entry { .. }), "{error}");
}

#[test]
fn files_that_are_not_there_are_named() {
    let error = Checkpoint::open("/nowhere/model.ckpt").unwrap_err();
    assert!(matches!(error, CheckpointError::Io { .. }));
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/model.ckpt: cannot be read"),
        "{error}"
    );
    assert!(Checkpoint::open(std::env::temp_dir()).is_err());
}
