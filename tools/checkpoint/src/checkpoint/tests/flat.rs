//! Safetensors files made by hand, with a configuration beside them.

use super::*;

fn bytes(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn open(header: &str, data: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let (folder, path) = file("w.safetensors", &bytes(header, data));
    std::fs::write(folder.path().join("config.json"), r#"{"size": "base"}"#).unwrap();
    Checkpoint::open(path)
}

#[test]
fn tensors_and_configuration_are_read() {
    let header = r#"{"__metadata__":{"format":"pt"},
        "b":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},
        "a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},
        "e":{"dtype":"F16","shape":[0,3],"data_offsets":[16,16]},
        "f":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[16,19]}}"#;
    let data = [&7_i64.to_le_bytes()[..], &floats(2), &[0; 3]].concat();
    let checkpoint = open(header, &data).unwrap();
    assert_eq!(checkpoint.config()["size"], "base");
    assert_eq!(checkpoint.read_i64("a").unwrap(), [7]);
    assert_eq!(checkpoint.read_f32("b").unwrap(), [1.0, 2.0]);
    assert_eq!(checkpoint.read_rows_f32("b", 1..2).unwrap(), [2.0]);
    assert!(checkpoint.read_f32("e").unwrap().is_empty());
    assert!(
        checkpoint
            .read_f32("f")
            .unwrap_err()
            .to_string()
            .contains("F8_E4M3")
    );
    assert!(checkpoint.same_storage("a", "a") && !checkpoint.same_storage("a", "b"));
}

#[test]
fn hostile_headers_are_refused() {
    for header in [
        r#"{"a":{"dtype":"F32","shape":[4611686018427387903],"data_offsets":[0,18446744073709551612]}}"#,
        r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,8],"data_offsets":[0,0]}}"#,
        r#"{"a":{"dtype":"I8","shape":[9],"data_offsets":[0,9]}}"#,
        r#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[4,0]}}"#,
        r#"{"a":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}}"#,
        r#"{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}"#,
        r#"{"a":{"dtype":"I8","shape":[-4],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}}"#,
        r#"{"a":{"shape":[4],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"I8","shape":{},"data_offsets":[0,4]}}"#,
        r#"{"a":[[]]}"#,
        "[]",
        "{",
        "{]",
    ] {
        assert!(open(header, &[0; 4]).is_err(), "{header}");
    }
    let names = (0..70_000)
        .map(|name| format!(r#""{name}":{{"dtype":"I8","shape":[0],"data_offsets":[0,0]}}"#));
    let names = names.collect::<Vec<_>>().join(",");
    let ones = vec!["1"; 1 << 20].join(",");
    let quoted = "\u{1b}".repeat(1 << 20).escape_default().to_string();
    for (header, words) in [
        (format!("{{{names}}}"), "more than 65536"),
        (
            format!(r#"{{"a":{{"dtype":"I8","shape":[{ones}],"data_offsets":[0,1]}}}}"#),
            "1048576 dimensions",
        ),
        (
            format!(r#"{{"a":{{"dtype":"I8","shape":["{quoted}"],"data_offsets":[0,1]}}}}"#),
            "tensor `a`",
        ),
    ] {
        let error = open(&header, &[0; 4]).unwrap_err().to_string();
        assert!(error.contains(words) && error.len() < 500, "{error}");
    }
    assert!(open("{}", &[]).unwrap().tensors().is_empty());
}

#[test]
fn a_file_cut_short_is_told_from_a_wrong_one() {
    let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    let whole = bytes(header, &[0; 8]);
    for length in [9, 40, whole.len() - 1] {
        let (_folder, path) = file("w.safetensors", &whole[..length]);
        let error = Checkpoint::open(path).unwrap_err();
        assert!(
            matches!(error, CheckpointError::Truncated { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_configuration_is_asked_for() {
    let (folder, path) = file("w.safetensors", &bytes("{}", &[]));
    let error = Checkpoint::open(&path).unwrap_err();
    assert!(matches!(error, CheckpointError::Config { .. }), "{error}");
    assert!(
        error.to_string().contains("put it in a config.json"),
        "{error}"
    );
    for config in ["{".to_owned(), " ".repeat(2 << 20)] {
        std::fs::write(folder.path().join("config.json"), config).unwrap();
        assert!(matches!(
            Checkpoint::open(&path),
            Err(CheckpointError::Config { .. })
        ));
    }
}
