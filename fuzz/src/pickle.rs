//! Pickles as torch writes them.

use saysee_checkpoint::testing::{Pickle, Tensor};

/// The pickle of a checkpoint with these tensors, and some objects as configuration.
pub fn checkpoint(tensors: &[(&str, Tensor)]) -> Vec<u8> {
    let begun = Pickle::new()
        .raw(b"}(")
        .text("state_dict")
        .raw(b"ccollections\nOrderedDict\n)R(");
    let named = tensors.iter().fold(begun, |pickle, (name, tensor)| {
        pickle.text(name).tensor(tensor)
    });
    named
        .raw(b"u")
        .text("hyper_parameters")
        .raw(b"}")
        .text("config")
        .raw(b"cavssl.base\nOrderedNamespace\n)\x81}(")
        .text("clip")
        .raw(b"}q\x01")
        .text("name")
        .text("ViT-B/32")
        .raw(b"s")
        .text("again")
        .raw(b"h\x01")
        .text("numbers")
        .raw(b"](K\x01M\x00\x02J\xff\xff\xff\xff\x8a\x09\x01\0\0\0\0\0\0\0\x01G\x3f\xf8\0\0\0\0\0\0\x88N\x89e")
        .raw(b"ubsu")
        .stop()
}
