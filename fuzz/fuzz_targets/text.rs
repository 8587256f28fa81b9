//! A merges file for CLIP's tokenizer and, behind a zero, a text.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use saysee_clip_inputs::Tokenizer;
use saysee_clip_inputs::text::CONTEXT;
use saysee_fuzz::{allocation, message, parts, seed};

const MERGES: &str = "#version: 0.2\np h\no t\nph ot\nphot o</w>\no f</w>\nc a\nca t</w>\nð Ł\n";

static SMALL: LazyLock<Tokenizer> =
    LazyLock::new(|| Tokenizer::from_merges(MERGES.as_bytes()).expect("merges that are right"));

fn seeds() -> Vec<Vec<u8>> {
    let with_merges = |text: &str| [MERGES, text].join("\0").into_bytes();
    vec![
        with_merges(
            "A photo of a cat's 12 &amp;amp; &#233; &EACUTE; <b>&lt;</b> ﬁ “x” ＡＢ 🐶e\u{301}",
        ),
        b"\0<|startoftext|>it'll \xC4\xB0 \xEF\xBB\xBF&notit; &#xD800; \xC2\x85<|endoftext|>"
            .to_vec(),
        b"\x1F\x8B\x08\0\0\0\0\0\0\x03\0".to_vec(),
    ]
}

fuzz_target!(
    init: {
        seed::write(seeds);
        allocation::limit(256 << 20);
    },
    |input: &[u8]| {
        let [merges, text] = parts(input);
        let own = Tokenizer::from_merges(merges);
        if let Err(error) = &own {
            message::check(error, "merges file");
        }
        let tokenizer = own.as_ref().unwrap_or(&SMALL);
        let text = String::from_utf8_lossy(text);
        let ids = tokenizer.encode(&text);
        assert!(ids.iter().all(|id| tokenizer.token(*id).is_some()));
        let cut = tokenizer.encode_truncated(&text, CONTEXT).expect("a short text");
        assert_eq!((cut.len(), cut[0]), (CONTEXT, tokenizer.start()));
        assert!(cut.contains(&tokenizer.end()));
        match tokenizer.encode_padded(&text, CONTEXT) {
            Ok(padded) => assert_eq!((padded, ids.len() <= CONTEXT - 2), (cut, true)),
            Err(error) => {
                message::check(&error, "");
                assert!(ids.len() > CONTEXT - 2);
            }
        }
        // What the ids stand for is clean text, which stays as it is.
        let decoded = tokenizer.decode(&ids);
        assert!(decoded.len() <= 64 + 16 * text.len());
    }
);
