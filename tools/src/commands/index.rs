//! `saysee index`: a folder of photographs to a gallery.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{ExtendedColorType, RgbImage};
use indicatif::{ProgressBar, ProgressStyle};
use saysee_clip_inputs::image::Rgb;
use saysee_engine::gallery::{self, EmbeddingFormat, Embeddings, GalleryManifest, Item};

use crate::failure::Failure;
use crate::picture;
use crate::session::{self, ModelArguments};
use crate::staging::Staging;

/// Makes a gallery of photographs: each is embedded by the pack's image tower and stored at the size a page shows.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// The folder with the photographs (png, jpeg, webp, gif); folders inside it are not looked at.
    photographs: PathBuf,
    /// The gallery's folder, which must not be there yet.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// What the pictures show, for those who cannot see them: a JSON object from file names to sentences. Others are
    /// described by their file names.
    #[arg(long, value_name = "FILE")]
    captions: Option<PathBuf>,
    /// Who took them.
    #[arg(long, default_value = "unknown")]
    credit: String,
    /// Their licence, by its SPDX name where it has one.
    #[arg(long, default_value = "LicenseRef-unknown")]
    licence: String,
    /// Pixels of the longer side as stored.
    #[arg(long, value_name = "PIXELS", default_value_t = 768, value_parser = clap::value_parser!(u32).range(64..=4096))]
    side: u32,
    /// Number format of the embeddings: `i8` takes half the room, worth it for very many pictures.
    #[arg(long, value_enum, default_value = "f16")]
    embeddings: Numbers,
}

/// Number formats of embeddings.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Numbers {
    /// 16-bit floats.
    F16,
    /// 8-bit integers with a scale for 32.
    I8,
}

impl Numbers {
    fn format(self) -> EmbeddingFormat {
        match self {
            Self::F16 => EmbeddingFormat::F16,
            Self::I8 => EmbeddingFormat::I8,
        }
    }
}

/// Most bytes of the captions.
const MAX_CAPTION_BYTES: u64 = 64 << 20;
/// Of JPEG, out of 100.
const QUALITY: u8 = 85;
const PICTURES: &str = "pictures";

/// Runs the command.
///
/// # Errors
/// When the pack has no image tower, nothing can be read, or the gallery cannot be written; it is not there then.
/// Files that are no pictures are named and left out.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let staging = Staging::begin(&arguments.out)?;
    let files = photographs(&arguments.photographs)?;
    let captions = arguments
        .captions
        .as_deref()
        .map_or(Ok(HashMap::new()), read_captions)?;
    let pack = session::open_pack(&arguments.model.pack)?;
    let how = picture::preprocessing(&arguments.model.pack, &pack)?;
    let mut engine = session::start(&pack, arguments.model.backend, arguments.model.pool())?;
    let written = |error: std::io::Error| Failure::Write {
        file: arguments.out.clone(),
        problem: error.to_string(),
    };
    std::fs::create_dir(staging.path().join(PICTURES)).map_err(written)?;

    let bar = ProgressBar::new(files.len() as u64);
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut items = Vec::new();
    let mut ids = HashSet::new();
    let mut embeddings = Vec::new();
    for file in &files {
        bar.inc(1);
        let picture = match picture::read(file) {
            Ok(picture) => picture,
            Err(failure) => {
                bar.suspend(|| eprintln!("left out: {failure}"));
                continue;
            }
        };
        let planes = picture::planes(&how, file, &picture)?;
        embeddings.extend(pollster::block_on(engine.embed_image(&planes))?);
        let number = format!("p{:05}", items.len());
        let stored =
            shrink(picture, arguments.side).ok_or_else(|| Failure::input(file, "is empty"))?;
        let jpeg = encode(&stored).map_err(|error| Failure::input(file, error))?;
        let name = format!("{PICTURES}/{number}.jpg");
        let id = own_name(file).filter(|name| ids.insert(name.clone()));
        staging.write(&name, &jpeg).map_err(written)?;
        items.push(Item {
            caption: caption(file, &captions),
            width: stored.width(),
            height: stored.height(),
            colour: mean_colour(&stored),
            credit: arguments.credit.clone(),
            licence: arguments.licence.clone(),
            character: None,
            file: name,
            id: id.unwrap_or(number),
        });
    }
    bar.finish_and_clear();
    let count = items.len();
    if count == 0 {
        return Err(Failure::input(
            &arguments.photographs,
            "has no picture that can be read",
        ));
    }
    let manifest = describe(
        arguments,
        &pack.manifest().embedding_space,
        embeddings.len() / count,
        items,
    );
    let made = gallery::write(manifest, &embeddings, arguments.embeddings.format())
        .map_err(|error| Failure::pack(&arguments.out, error))?;
    for (name, bytes) in &made.files {
        staging.write(name, bytes).map_err(written)?;
    }
    staging.finish()?;
    writeln!(out, "{count} pictures in {}", arguments.out.display())?;
    Ok(())
}

/// The files of a folder, by name.
fn photographs(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::input(folder, error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

fn read_captions(file: &Path) -> Result<HashMap<String, String>, Failure> {
    let bytes = session::read_at_most(file, MAX_CAPTION_BYTES)?;
    serde_json::from_slice(&bytes).map_err(|error| Failure::input(file, error))
}

/// What a photograph is called, where it can be called so in a gallery: lists of captions name it in the same way.
fn own_name(file: &Path) -> Option<String> {
    let name = file.file_stem()?.to_str()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    // Names like the numbers of others could appear twice.
    let numbered = name.len() == 6 && name.starts_with('p');
    (name.len() <= 64 && name.chars().all(plain) && !numbered).then(|| name.to_owned())
}

/// What a picture shows: its caption, or its file's name as words.
fn caption(file: &Path, captions: &HashMap<String, String>) -> String {
    let name =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let given = captions.get(&name(file.file_name())).cloned();
    let text = given.unwrap_or_else(|| name(file.file_stem()).replace(['_', '-'], " "));
    let printable: String = text.chars().filter(|c| !c.is_control()).take(250).collect();
    match printable.trim() {
        "" => "a picture".to_owned(),
        text => text.to_owned(),
    }
}

/// A picture whose longer side is `side` at most.
fn shrink(picture: Rgb, side: u32) -> Option<RgbImage> {
    let (width, height) = (
        u32::try_from(picture.width).ok()?,
        u32::try_from(picture.height).ok()?,
    );
    let whole = RgbImage::from_raw(width, height, picture.pixels)?;
    let longer = width.max(height);
    if longer <= side {
        return Some(whole);
    }
    let scaled =
        |length: u32| (u64::from(length) * u64::from(side) / u64::from(longer)).max(1) as u32;
    Some(image::imageops::resize(
        &whole,
        scaled(width),
        scaled(height),
        FilterType::Lanczos3,
    ))
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode(
        picture,
        picture.width(),
        picture.height(),
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

/// What stands in a picture's place until it is there.
fn mean_colour(picture: &RgbImage) -> String {
    let count = (u64::from(picture.width()) * u64::from(picture.height())).max(1);
    let mean = |channel: usize| {
        let sum: u64 = picture
            .pixels()
            .map(|pixel| u64::from(pixel.0[channel]))
            .sum();
        sum / count
    };
    format!("#{:02x}{:02x}{:02x}", mean(0), mean(1), mean(2))
}

fn describe(
    arguments: &Arguments,
    space: &str,
    dimension: usize,
    items: Vec<Item>,
) -> GalleryManifest {
    let name = arguments
        .out
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    GalleryManifest {
        format: String::new(),
        version: 0,
        name: name.into_owned(),
        embedding_space: space.to_owned(),
        dimension,
        count: 0,
        embeddings: Embeddings {
            file: String::new(),
            tensor: String::new(),
            bytes: 0,
            sha256: String::new(),
        },
        items,
        licence: arguments.licence.clone(),
        attribution: vec![arguments.credit.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_keep_their_proportions_and_small_ones_their_size() {
        let picture = |width: usize, height: usize| Rgb {
            width,
            height,
            pixels: [10, 20, 30].repeat(width * height),
        };
        let stored = shrink(picture(300, 100), 60).unwrap();
        assert_eq!(stored.dimensions(), (60, 20));
        assert_eq!(mean_colour(&stored), "#0a141e");
        assert_eq!(shrink(picture(5, 9), 60).unwrap().dimensions(), (5, 9));
        assert_eq!(shrink(picture(900, 1), 64).unwrap().dimensions(), (64, 1));
    }

    #[test]
    fn captions_are_given_or_made_of_names() {
        let given = HashMap::from([("a.jpg".to_owned(), "two dogs".to_owned())]);
        assert_eq!(caption(Path::new("x/a.jpg"), &given), "two dogs");
        assert_eq!(caption(Path::new("x/my_cat-2.png"), &given), "my cat 2");
        assert_eq!(caption(Path::new("x/_.png"), &given), "a picture");
    }
}
