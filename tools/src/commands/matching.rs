//! `saysee text` and `saysee image`: embeddings of what was not said, and the pictures that fit them.

use std::io::Write;
use std::path::PathBuf;

use saysee_engine::Engine;
use saysee_engine::gallery::Gallery;
use saysee_engine::index::{cosine, rank};
use saysee_engine::pack::Pack;
use serde_json::json;

use crate::failure::Failure;
use crate::picture;
use crate::reader::Reader;
use crate::session::{self, ModelArguments};

/// What both commands take.
#[derive(Debug, clap::Args)]
struct Common {
    #[command(flatten)]
    model: ModelArguments,
    /// Rank the pictures of this gallery.
    #[arg(long, value_name = "FOLDER")]
    gallery: Option<PathBuf>,
    /// How many pictures to list.
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// Print one JSON object each, with the embedding, on its own line.
    #[arg(long)]
    json: bool,
}

/// Embeds typed text with CLIP's text tower, and ranks a gallery's pictures by it.
#[derive(Debug, clap::Args)]
pub struct TextArguments {
    #[command(flatten)]
    common: Common,
    /// Texts, in quotes where they have more than one word.
    #[arg(required = true, value_name = "TEXT")]
    texts: Vec<String>,
}

/// Embeds pictures with CLIP's image tower, and ranks a gallery's pictures by them.
#[derive(Debug, clap::Args)]
pub struct ImageArguments {
    #[command(flatten)]
    common: Common,
    /// Pictures: png, jpeg, webp or gif.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Runs `saysee text`.
///
/// # Errors
/// When the pack reads no text, a text is too long, or the gallery does not fit.
pub fn run_text(arguments: &TextArguments, out: &mut impl Write) -> Result<(), Failure> {
    let mut session = Session::open(&arguments.common)?;
    let folder = &arguments.common.model.pack;
    let reader = Reader::open(folder, &session.pack)?;
    for text in &arguments.texts {
        let ids = reader.read(text);
        let ids = ids.map_err(|problem| Failure::input(folder, problem))?;
        let embedding = pollster::block_on(session.engine.embed_text(&ids))?;
        session.report(text, &embedding, out)?;
    }
    Ok(())
}

/// Runs `saysee image`.
///
/// # Errors
/// When the pack sees no pictures, a file is no picture, or the gallery does not fit.
pub fn run_image(arguments: &ImageArguments, out: &mut impl Write) -> Result<(), Failure> {
    let mut session = Session::open(&arguments.common)?;
    let how = picture::preprocessing(&arguments.common.model.pack, &session.pack)?;
    for file in &arguments.files {
        let planes = picture::planes(&how, file, &picture::read(file)?)?;
        let embedding = pollster::block_on(session.engine.embed_image(&planes))?;
        session.report(&file.display().to_string(), &embedding, out)?;
    }
    Ok(())
}

/// A pack that runs, and a gallery to rank.
struct Session<'a> {
    common: &'a Common,
    pack: Pack,
    engine: Engine,
    gallery: Option<Gallery>,
}

impl<'a> Session<'a> {
    fn open(common: &'a Common) -> Result<Self, Failure> {
        let pack = session::open_pack(&common.model.pack)?;
        let gallery = common.gallery.as_deref().map(session::open_gallery);
        let gallery = gallery.transpose()?;
        let mut engine = session::start(&pack, common.model.backend, common.model.pool())?;
        if let (Some(gallery), Some(folder)) = (&gallery, &common.gallery) {
            let fits = engine.set_gallery(gallery);
            fits.map_err(|error| Failure::gallery(folder, error))?;
        }
        Ok(Self {
            common,
            pack,
            engine,
            gallery,
        })
    }

    fn report(&self, what: &str, embedding: &[f32], out: &mut impl Write) -> Result<(), Failure> {
        let found = self
            .gallery
            .as_ref()
            .map(|gallery| best(gallery, embedding, self.common.top));
        if self.common.json {
            let results = found.map(|found| {
                let picture = |(id, score, caption): &(String, f32, String)| {
                    json!({ "id": id, "score": score, "caption": caption })
                };
                found.iter().map(picture).collect::<Vec<_>>()
            });
            let line = json!({ "query": what, "embedding": embedding, "results": results });
            writeln!(out, "{line}")?;
            return Ok(());
        }
        writeln!(out, "{what}  {} numbers of length 1", embedding.len())?;
        for (place, (id, score, caption)) in found.into_iter().flatten().enumerate() {
            writeln!(out, "  {:>3}. {score:.3}  {id}  {caption}", place + 1)?;
        }
        Ok(())
    }
}

/// The pictures nearest to an embedding: name, cosine, caption.
fn best(gallery: &Gallery, embedding: &[f32], top: usize) -> Vec<(String, f32, String)> {
    let manifest = gallery.manifest();
    let scores: Vec<f32> = gallery
        .embeddings()
        .chunks(manifest.dimension)
        .map(|picture| cosine(picture, embedding))
        .collect();
    rank(&scores, top)
        .into_iter()
        .filter_map(|(index, score)| {
            let item = manifest.items.get(index)?;
            Some((item.id.clone(), score, item.caption.clone()))
        })
        .collect()
}
