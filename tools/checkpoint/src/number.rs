//! Number formats, and how their little-endian bytes become `f32` and `i64`.

use half::{bf16, f16};

/// The number formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DType {
    /// 64-bit floats.
    F64,
    /// 32-bit floats.
    F32,
    /// 16-bit floats, 5 bits of exponent.
    F16,
    /// 16-bit floats, 8 bits of exponent.
    BF16,
    /// 64-bit signed integers.
    I64,
    /// 32-bit signed integers.
    I32,
    /// 16-bit signed integers.
    I16,
    /// 8-bit signed integers.
    I8,
    /// 8-bit unsigned integers.
    U8,
    /// Truth values, a byte each.
    Bool,
}

impl DType {
    /// Bytes a number takes.
    pub fn bytes(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 | Self::I16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }

    /// By the name of torch's storage class.
    pub(crate) fn of_storage(class: &str) -> Option<Self> {
        Some(match class {
            "DoubleStorage" => Self::F64,
            "FloatStorage" => Self::F32,
            "HalfStorage" => Self::F16,
            "BFloat16Storage" => Self::BF16,
            "LongStorage" => Self::I64,
            "IntStorage" => Self::I32,
            "ShortStorage" => Self::I16,
            "CharStorage" => Self::I8,
            "ByteStorage" => Self::U8,
            "BoolStorage" => Self::Bool,
            _ => return None,
        })
    }

    /// By the name in the header of a safetensors file.
    pub(crate) fn of_safetensors(name: &str) -> Option<Self> {
        Some(match name {
            "F64" => Self::F64,
            "F32" => Self::F32,
            "F16" => Self::F16,
            "BF16" => Self::BF16,
            "I64" => Self::I64,
            "I32" => Self::I32,
            "I16" => Self::I16,
            "I8" => Self::I8,
            "U8" => Self::U8,
            "BOOL" => Self::Bool,
            _ => return None,
        })
    }
}

/// What tensors are read as.
pub(crate) trait Number: Copy + Default {
    /// The formats that can be read as this one, for an error message.
    const WANTED: &'static str;

    /// Whether `dtype` can be read as this.
    fn accepts(dtype: DType) -> bool;

    /// Appends the numbers in `bytes`; nothing if `dtype` is not accepted.
    fn decode(dtype: DType, bytes: &[u8], numbers: &mut Vec<Self>);
}

impl Number for f32 {
    const WANTED: &'static str = "f32, for which it would have to hold floats: use read_i64";

    fn accepts(dtype: DType) -> bool {
        matches!(dtype, DType::F64 | DType::F32 | DType::F16 | DType::BF16)
    }

    fn decode(dtype: DType, bytes: &[u8], numbers: &mut Vec<Self>) {
        match dtype {
            DType::F32 => extend(bytes, numbers, f32::from_le_bytes),
            DType::F16 => extend(bytes, numbers, |number| f16::from_le_bytes(number).to_f32()),
            DType::BF16 => extend(bytes, numbers, |number| {
                bf16::from_le_bytes(number).to_f32()
            }),
            DType::F64 => extend(bytes, numbers, |number| f64::from_le_bytes(number) as f32),
            _ => {}
        }
    }
}

impl Number for i64 {
    const WANTED: &'static str = "i64, for which it would have to hold integers: use read_f32";

    fn accepts(dtype: DType) -> bool {
        !f32::accepts(dtype)
    }

    fn decode(dtype: DType, bytes: &[u8], numbers: &mut Vec<Self>) {
        match dtype {
            DType::I64 => extend(bytes, numbers, i64::from_le_bytes),
            DType::I32 => extend(bytes, numbers, |number| i32::from_le_bytes(number).into()),
            DType::I16 => extend(bytes, numbers, |number| i16::from_le_bytes(number).into()),
            DType::I8 => extend(bytes, numbers, |number| i8::from_le_bytes(number).into()),
            DType::U8 => extend(bytes, numbers, |number| u8::from_le_bytes(number).into()),
            DType::Bool => extend(bytes, numbers, |[byte]| i64::from(byte != 0)),
            _ => {}
        }
    }
}

fn extend<const N: usize, T>(bytes: &[u8], numbers: &mut Vec<T>, number: impl Fn([u8; N]) -> T) {
    numbers.extend(bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded<T: Number>(dtype: DType, bytes: &[u8]) -> Vec<T> {
        let mut numbers = Vec::new();
        T::decode(dtype, bytes, &mut numbers);
        numbers
    }

    #[test]
    fn floats_of_every_width_become_f32() {
        let bits = f32::from_bits(0x7fc0_1234).to_le_bytes();
        assert_eq!(decoded::<f32>(DType::F32, &bits)[0].to_bits(), 0x7fc0_1234);
        assert_eq!(
            decoded::<f32>(DType::F16, &f16::from_f32(-0.5).to_le_bytes()),
            [-0.5]
        );
        assert_eq!(
            decoded::<f32>(DType::BF16, &bf16::from_f32(3.0).to_le_bytes()),
            [3.0]
        );
        assert_eq!(decoded::<f32>(DType::F64, &0.1_f64.to_le_bytes()), [0.1]);
        assert!(decoded::<f32>(DType::I32, &[0; 4]).is_empty());
    }

    #[test]
    fn integers_of_every_width_become_i64() {
        assert_eq!(
            decoded::<i64>(DType::I64, &i64::MIN.to_le_bytes()),
            [i64::MIN]
        );
        assert_eq!(decoded::<i64>(DType::I32, &(-7_i32).to_le_bytes()), [-7]);
        assert_eq!(decoded::<i64>(DType::I16, &(-7_i16).to_le_bytes()), [-7]);
        assert_eq!(decoded::<i64>(DType::I8, &[0xff, 1]), [-1, 1]);
        assert_eq!(decoded::<i64>(DType::U8, &[0xff, 1]), [255, 1]);
        assert_eq!(decoded::<i64>(DType::Bool, &[0, 1, 2]), [0, 1, 1]);
        assert!(decoded::<i64>(DType::F32, &[0; 4]).is_empty());
    }

    #[test]
    fn every_format_is_read_as_exactly_one_of_the_two() {
        for name in [
            "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL",
        ] {
            let dtype = DType::of_safetensors(name).unwrap();
            assert_ne!(f32::accepts(dtype), i64::accepts(dtype), "{name}");
            let bytes = vec![0; dtype.bytes()];
            let count = decoded::<f32>(dtype, &bytes).len() + decoded::<i64>(dtype, &bytes).len();
            assert_eq!(count, 1, "{name}");
        }
        assert_eq!(DType::of_safetensors("F8_E4M3"), None);
        assert_eq!(DType::of_storage("ComplexFloatStorage"), None);
    }
}
