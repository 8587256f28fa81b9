//! Pickles as torch writes them.

/// A pickle in the making.
#[derive(Debug)]
pub struct Pickle(Vec<u8>);

/// A tensor as torch describes it.
#[derive(Clone, Copy, Debug)]
pub struct Tensor<'a> {
    /// Storage class, such as `FloatStorage`.
    pub class: &'a str,
    /// Key of the storage.
    pub key: &'a str,
    /// Numbers in the storage.
    pub elements: u8,
    /// Number at which the tensor starts.
    pub offset: u8,
    /// Dimensions.
    pub shape: &'a [u8],
    /// Steps.
    pub stride: &'a [u8],
}

impl Pickle {
    /// Of protocol 2.
    pub fn new() -> Self {
        Self(b"\x80\x02".to_vec())
    }

    /// Instructions as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    /// A text.
    pub fn text(self, text: &str) -> Self {
        let length = (text.len() as u32).to_le_bytes();
        self.raw(b"X").raw(&length).raw(text.as_bytes())
    }

    /// A small number.
    pub fn int(self, value: u8) -> Self {
        self.raw(&[b'K', value])
    }

    fn ints(self, values: &[u8]) -> Self {
        let begun = self.raw(b"(");
        values
            .iter()
            .fold(begun, |pickle, value| pickle.int(*value))
            .raw(b"t")
    }

    /// A tensor.
    pub fn tensor(self, tensor: &Tensor) -> Self {
        self.raw(b"ctorch._utils\n_rebuild_tensor_v2\n((")
            .text("storage")
            .raw(format!("ctorch\n{}\n", tensor.class).as_bytes())
            .text(tensor.key)
            .text("cpu")
            .int(tensor.elements)
            .raw(b"tQ")
            .int(tensor.offset)
            .ints(tensor.shape)
            .ints(tensor.stride)
            .raw(b"\x89ccollections\nOrderedDict\n)RtR")
    }

    /// The bytes, with the last instruction.
    pub fn stop(self) -> Vec<u8> {
        self.raw(b".").0
    }
}

impl Default for Pickle {
    fn default() -> Self {
        Self::new()
    }
}

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
