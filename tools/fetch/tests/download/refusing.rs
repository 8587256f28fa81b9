//! Downloads that must not succeed.

use std::fs;
use std::io::Write;
use std::net::{Shutdown, TcpListener};
use std::thread;

use saysee_fetch::{FetchError, download};

use crate::site::Act;
use crate::world::{SIZE, World};

#[test]
fn a_short_answer_is_not_the_file() {
    let mut world = World::new();
    world.site.then(vec![Act::Announce(SIZE + 1); 9]);
    let error = world.fetch().unwrap_err();
    assert!(matches!(error, FetchError::Interrupted { .. }), "{error}");
    assert!(!world.file().exists());
    assert!(world.site.asked().len() <= 5);
}

#[test]
fn too_large_a_file_is_refused() {
    for act in [Act::Serve, Act::Chunked] {
        let mut world = World::new();
        world.options.max_bytes = SIZE as u64 - 1;
        world.site.then([act]);
        let error = world.fetch().unwrap_err();
        assert!(matches!(error, FetchError::TooLarge { .. }), "{error}");
        assert_eq!(fs::read_dir(world.folder.path()).unwrap().count(), 0);
        world.options.max_bytes += 1;
        world.fetch().unwrap();
        world.assert_whole();
    }
}

#[test]
fn other_refusals_are_final_and_leave_nothing() {
    for status in [400, 401, 403, 404, 410, 416, 451] {
        let mut world = World::new();
        world.site.then([Act::Status(status, "")]);
        let error = world.fetch().unwrap_err();
        assert!(
            matches!(&error, FetchError::Refused { status: found, .. } if *found == status),
            "{error}"
        );
        assert!(
            error.to_string().starts_with(&world.site.address()),
            "{error}"
        );
        assert_eq!(fs::read_dir(world.folder.path()).unwrap().count(), 0);
        assert_eq!(world.site.asked().len(), 1);
    }
}

#[test]
fn something_else_in_the_files_place_is_refused() {
    for header in [
        "Content-Type: text/html; charset=utf-8\r\n",
        "Content-Encoding: gzip\r\n",
    ] {
        let mut world = World::new();
        world.site.then([Act::Header(header)]);
        let error = world.fetch().unwrap_err();
        assert!(matches!(error, FetchError::NotTheFile { .. }), "{error}");
    }
    let mut world = World::new();
    world.site.change(|served| served.bytes.clear());
    let error = world.fetch().unwrap_err();
    assert!(matches!(error, FetchError::NotTheFile { .. }), "{error}");
}

#[test]
fn no_server_at_all() {
    let mut world = World::new();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    world.options.mirror = Some(format!("http://{nobody}"));
    let error = world.fetch().unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
    assert_eq!(world.retries(), 0);
}

#[test]
fn a_bad_address_or_name_is_refused_at_once() {
    let world = World::new();
    for (address, file) in [
        ("ftp://x/f", "f"),
        ("file.bin", "f"),
        ("http://127.0.0.1:1/f", ".."),
    ] {
        let error = download(
            address,
            &world.folder.path().join(file),
            &world.options,
            &mut |_| {},
        )
        .unwrap_err();
        assert!(
            matches!(error, FetchError::Address { .. } | FetchError::Io { .. }),
            "{error}"
        );
    }
}

#[test]
fn an_encrypted_address_at_a_server_without_encryption() {
    let mut world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mirror = format!("https://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 No\r\n\r\n").unwrap();
        // Closed with something unread, the connection would be lost and not refused.
        stream.shutdown(Shutdown::Write).unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).ok();
    });
    world.options.mirror = Some(mirror);
    let error = world.fetch().unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
    assert_eq!(fs::read_dir(world.folder.path()).unwrap().count(), 0);
    server.join().unwrap();
}
