//! `saysee-train gallery`: embeds the pictures of a gallery from their pixels and writes it for the page.

use std::path::{Path, PathBuf};

use saysee_engine::gallery::{EmbeddingFormat, Embeddings, GalleryManifest, Item, write};

use crate::data::pictures::{PICTURE_VALUES, push_bytes, push_view};
use crate::data::places::View;
use crate::description::EMBEDDING_SPACE;
use crate::error::TrainError;
use crate::model::towers::Towers;

/// Options of the command.
#[derive(clap::Args)]
pub struct Options {
    /// Pictures and `items.json`, as `saysee-scenes gallery` wrote them.
    #[arg(long, default_value = "train/work/galleries/scenes")]
    pictures: PathBuf,
    /// What `saysee-train towers` made.
    #[arg(long, default_value = "train/work/towers")]
    towers: PathBuf,
    /// The gallery's folder.
    #[arg(long, default_value = "assets/galleries/scenes")]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When a picture cannot be read, or a file cannot be written.
pub fn run(options: &Options) -> Result<(), TrainError> {
    let towers = Towers::load(&options.towers)?;
    let path = options.pictures.join("items.json");
    let bytes = std::fs::read(&path).map_err(TrainError::file(&path))?;
    let listed: Vec<saysee_scenes::gallery::Item> =
        serde_json::from_slice(&bytes).map_err(TrainError::json(&path))?;
    let (mut items, mut embeddings) = (Vec::new(), Vec::new());
    for item in listed {
        let source = options.pictures.join(&item.file);
        let target = options.out.join(&item.file);
        let bytes = std::fs::read(&source).map_err(TrainError::file(&source))?;
        let picture = image::load_from_memory(&bytes).map_err(|error| TrainError::Picture {
            path: source,
            reason: error.to_string(),
        })?;
        let mut planes = Vec::new();
        push_bytes(&picture.to_rgb8(), &mut planes);
        embeddings.extend(embed(&towers, &planes));
        write_file(&target, &bytes)?;
        items.push(Item {
            id: item.id,
            file: item.file,
            caption: item.caption,
            width: item.width,
            height: item.height,
            colour: item.colour,
            credit: item.credit,
            licence: item.licence,
            character: item.character,
        });
    }
    let name = options.out.file_name().map_or_else(
        || "gallery".into(),
        |name| name.to_string_lossy().into_owned(),
    );
    let manifest = GalleryManifest {
        format: String::new(),
        version: 0,
        name,
        embedding_space: EMBEDDING_SPACE.to_owned(),
        dimension: towers.embedding(),
        count: 0,
        embeddings: Embeddings {
            file: String::new(),
            tensor: String::new(),
            bytes: 0,
            sha256: String::new(),
        },
        items,
        licence: saysee_scenes::LICENCE.to_owned(),
        attribution: vec![saysee_scenes::CREDIT.to_owned()],
    };
    let files = write(manifest, &embeddings, EmbeddingFormat::F16)?;
    for (name, bytes) in &files.files {
        write_file(&options.out.join(name), bytes)?;
    }
    println!(
        "{} pictures in {}",
        files.manifest.count,
        options.out.display()
    );
    Ok(())
}

/// One picture's embedding: the mean over views of it, a little aside and in a mirror, of length 1.
fn embed(towers: &Towers, planes: &[u8]) -> Vec<f32> {
    let mut views = Vec::new();
    for mirrored in [false, true] {
        for (across, down) in [(0, 0), (3, 0), (-3, 0), (0, 3), (0, -3)] {
            let view = View {
                across,
                down,
                mirrored,
            };
            push_view(planes, view, &mut views);
        }
    }
    let count = views.len() / PICTURE_VALUES;
    let width = towers.embedding();
    let mut sum = vec![0.0f32; width];
    for view in towers.embed_planes(views, count).chunks_exact(width) {
        sum.iter_mut()
            .zip(view)
            .for_each(|(sum, value)| *sum += value);
    }
    let length = sum
        .iter()
        .map(|value| value * value)
        .sum::<f32>()
        .sqrt()
        .max(1e-8);
    sum.iter().map(|value| value / length).collect()
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(TrainError::file(folder))?;
    }
    std::fs::write(path, bytes).map_err(TrainError::file(path))
}
