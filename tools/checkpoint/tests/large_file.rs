//! A checkpoint beyond 4 GiB, where zip needs its 64-bit fields: a sparse file that takes no room.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use saysee_checkpoint::{Checkpoint, CheckpointError};

const ROWS: u64 = 1_200_000;
const WIDTH: u64 = 1024;
const BYTES: u64 = ROWS * WIDTH * 4;

/// The pickle of a checkpoint with one table of `ROWS` x `WIDTH` floats in storage `0`.
fn pickle() -> Vec<u8> {
    let mut pickle = b"\x80\x02}".to_vec();
    let text = |pickle: &mut Vec<u8>, text: &str| {
        pickle.push(b'X');
        pickle.extend((text.len() as u32).to_le_bytes());
        pickle.extend(text.as_bytes());
    };
    let int = |pickle: &mut Vec<u8>, value: u64| {
        pickle.extend(b"\x8a\x08");
        pickle.extend(value.to_le_bytes());
    };
    text(&mut pickle, "hyper_parameters");
    pickle.push(b'}');
    text(&mut pickle, "config");
    pickle.extend(b"}ss");
    text(&mut pickle, "state_dict");
    pickle.push(b'}');
    text(&mut pickle, "table");
    pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
    text(&mut pickle, "storage");
    pickle.extend(b"ctorch\nFloatStorage\n");
    text(&mut pickle, "0");
    text(&mut pickle, "cpu");
    int(&mut pickle, ROWS * WIDTH);
    pickle.extend(b"tQK\0");
    int(&mut pickle, ROWS);
    int(&mut pickle, WIDTH);
    pickle.push(0x86);
    int(&mut pickle, WIDTH);
    pickle.extend(b"K\x01\x86\x89}tRss.");
    pickle
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

/// Little-endian numbers, each of the width given.
fn fields(fields: &[(usize, u64)]) -> Vec<u8> {
    let bytes = |(width, value): &(usize, u64)| value.to_le_bytes()[..*width].to_vec();
    fields.iter().flat_map(bytes).collect()
}

/// Local header and directory header of a stored entry, sizes and offset in 64-bit extra fields.
fn headers(name: &str, bytes: u64, crc: u32, offset: u64) -> (Vec<u8>, Vec<u8>) {
    const MAX: u64 = 0xffff_ffff;
    let (crc, length) = (u64::from(crc), name.len() as u64);
    let mut local = fields(&[
        (4, 0x0403_4b50),
        (2, 45),
        (2, 0),
        (2, 0),
        (4, 0),
        (4, crc),
        (4, MAX),
        (4, MAX),
        (2, length),
        (2, 20),
    ]);
    local.extend(name.as_bytes());
    local.extend(fields(&[(2, 1), (2, 16), (8, bytes), (8, bytes)]));
    let mut central = fields(&[
        (4, 0x0201_4b50),
        (2, 45),
        (2, 45),
        (2, 0),
        (2, 0),
        (4, 0),
        (4, crc),
        (4, MAX),
        (4, MAX),
        (2, length),
        (2, 28),
    ]);
    central.extend(fields(&[(2, 0), (2, 0), (2, 0), (4, 0), (4, MAX)]));
    central.extend(name.as_bytes());
    central.extend(fields(&[
        (2, 1),
        (2, 24),
        (8, bytes),
        (8, bytes),
        (8, offset),
    ]));
    (local, central)
}

/// The three records at the end, which start at `place`.
fn ends(entries: u64, size: u64, directory: u64, place: u64) -> Vec<u8> {
    const MAX: u64 = 0xffff_ffff;
    let mut ends = fields(&[
        (4, 0x0606_4b50),
        (8, 44),
        (2, 45),
        (2, 45),
        (4, 0),
        (4, 0),
        (8, entries),
        (8, entries),
        (8, size),
        (8, directory),
    ]);
    ends.extend(fields(&[(4, 0x0706_4b50), (4, 0), (8, place), (4, 1)]));
    ends.extend(fields(&[
        (4, 0x0605_4b50),
        (2, 0),
        (2, 0),
        (2, 0xffff),
        (2, 0xffff),
        (4, MAX),
        (4, MAX),
        (2, 0),
    ]));
    ends
}

/// A zip reader that believes the number of entries reserves more memory than there is.
#[test]
fn a_directory_that_claims_billions_of_entries_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claims.ckpt");
    let file = File::create(&path).unwrap();
    // A hole of 8 GiB, which is as long as the directory says it is.
    let (directory, end) = (1_u64 << 30, 9_u64 << 30);
    let size = end - directory;
    let (local, described) = headers("claims/data.pkl", 0, 0, 0);
    file.write_all_at(&local, 0).unwrap();
    file.write_all_at(&described, directory).unwrap();
    let ends = ends(size / 46, size, directory, end);
    file.write_all_at(&ends, end).unwrap();
    let error = Checkpoint::open(&path).unwrap_err();
    assert!(
        matches!(error, CheckpointError::Truncated { .. }),
        "{error}"
    );
}

#[test]
fn rows_beyond_four_gigabytes_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.ckpt");
    let file = File::create(&path).unwrap();
    // The storage first: a hole with a few numbers in its last rows.
    let (local, table) = headers("large/data/0", BYTES, 0, 0);
    file.write_all_at(&local, 0).unwrap();
    let data = local.len() as u64;
    let number = |row: u64, column: u64| (row + 10 - ROWS) as f32 + column as f32 / 1024.0;
    for row in ROWS - 2..ROWS {
        let numbers: Vec<u8> = (0..WIDTH)
            .flat_map(|column| number(row, column).to_le_bytes())
            .collect();
        file.write_all_at(&numbers, data + row * WIDTH * 4).unwrap();
    }
    // The pickle after it, and the directory.
    let pickle = pickle();
    let offset = data + BYTES;
    let (local, described) = headers(
        "large/data.pkl",
        pickle.len() as u64,
        crc32(&pickle),
        offset,
    );
    let mut end = [local, pickle].concat();
    let directory = offset + end.len() as u64;
    let size = (table.len() + described.len()) as u64;
    end.extend(table);
    end.extend(described);
    end.extend(ends(2, size, directory, directory + size));
    file.write_all_at(&end, offset).unwrap();

    let checkpoint = Checkpoint::open(&path).unwrap();
    assert_eq!(
        checkpoint.tensors()["table"].shape,
        [ROWS as usize, WIDTH as usize]
    );
    let last = ROWS as usize - 3..ROWS as usize;
    let rows = checkpoint.read_rows_f32("table", last).unwrap();
    let expected = (ROWS - 3..ROWS).flat_map(|row| {
        (0..WIDTH).map(move |column| {
            if row == ROWS - 3 {
                0.0
            } else {
                number(row, column)
            }
        })
    });
    assert_eq!(rows, expected.collect::<Vec<f32>>());
}
