//! Pack and gallery to an engine, shard by shard: what arrives is checked, handed to the engine and dropped.

use futures_util::future::try_join;
use saysee_engine::gallery::{self, Gallery, GalleryManifest};
use saysee_engine::gpu::GpuOptions;
use saysee_engine::pack::{self, Manifest, Shard};
use saysee_engine::{BackendChoice, Engine, EngineError, EngineLoader, EngineOptions};

use crate::browser::{clock, memory};
use crate::logic::problem::Problem;
use crate::protocol::{Folder, Foreign, Offer, Origin, Ready, Report, Step};
use crate::worker::files::{Announced, Files};
use crate::worker::kernels::Kernels;
use crate::worker::reading::Reading;
use crate::worker::{helpers, outbox, problems};

/// A model that answers.
pub struct Loaded {
    /// The engine.
    pub engine: Engine,
    /// What the page is told of it.
    pub ready: Ready,
    /// Embeddings of the pictures.
    pub pictures: Vec<f32>,
    /// What reads typed text, where the pack does.
    pub reading: Option<Reading>,
}

/// A pack and a gallery whose manifests are known.
pub struct Opened {
    manifest: Manifest,
    pack: Files,
    pictures: GalleryManifest,
    gallery: Files,
    refetch: bool,
}

impl Opened {
    /// Fetches the manifests.
    ///
    /// # Errors
    /// A manifest that does not arrive or is none.
    pub async fn new(
        pack: Folder,
        gallery: Folder,
        chosen: Vec<web_sys::File>,
        refetch: bool,
    ) -> Result<Self, Problem> {
        let mut pack = Files::open(pack, chosen).await;
        let manifest = pack.manifest(pack::MANIFEST_FILE, refetch).await?;
        let manifest = Manifest::parse(&manifest)
            .map_err(|error| problems::of_format(&error, pack.is_chosen()))?;
        let mut gallery = Files::open(gallery, Vec::new()).await;
        let pictures = gallery.manifest(gallery::MANIFEST_FILE, refetch).await?;
        let pictures = GalleryManifest::parse(&pictures)
            .map_err(|error| problems::of_format(&error, false))?;
        Ok(Self {
            manifest,
            pack,
            pictures,
            gallery,
            refetch,
        })
    }

    /// What loading the pack would take.
    pub async fn offer(&self) -> Offer {
        let shards: Vec<Announced> = self.manifest.shards.iter().map(announced).collect();
        let bytes = shards.iter().map(|shard| shard.bytes).sum();
        let stored_bytes = match self.pack.is_chosen() {
            true => bytes,
            false => self.pack.stored(shards.iter()).await,
        };
        Offer {
            name: self.manifest.name.clone(),
            host: self.pack.host(),
            bytes,
            stored_bytes,
        }
    }

    /// Why the pictures cannot be ranked, when they are of another model.
    fn foreign(&self) -> Option<Foreign> {
        let (pack, pictures) = (&self.manifest, &self.pictures);
        let own = pack.embedding_space == pictures.embedding_space
            && pack.model.head.embedding == pictures.dimension;
        (!own).then(|| Foreign {
            gallery: pictures.name.clone(),
            gallery_space: pictures.embedding_space.clone(),
            pack_space: pack.embedding_space.clone(),
        })
    }

    /// Fetches and checks everything, telling the page how far it is.
    ///
    /// # Errors
    /// The first file that does not arrive or is not what its manifest says; what the engine refuses.
    pub async fn load(mut self, choice: BackendChoice) -> Result<Loaded, Problem> {
        let foreign = self.foreign();
        let embeddings = &self.pictures.embeddings;
        let embeddings = Announced {
            file: embeddings.file.clone(),
            bytes: embeddings.bytes,
            sha256: embeddings.sha256.clone(),
        };
        // The manifests know the sizes; what servers say differs when they compress.
        let pack_bytes = self.manifest.shards.iter().map(|shard| shard.bytes).sum();
        let gallery_bytes = match foreign {
            None => embeddings.bytes,
            Some(_) => 0,
        };
        let mut counter = Counter::new(pack_bytes + gallery_bytes);

        let kernels = Kernels::of_pack(&self.manifest.name).await;
        let (loader, origin) = self.weights(choice, &kernels, &mut counter).await?;
        let name = loader.manifest().name.clone();
        let pictures = match foreign {
            None => Some(self.embeddings(&embeddings, &mut counter).await?),
            Some(_) => None,
        };
        outbox::send(&Report::Progress(Step::Preparing));
        helpers::all_here().await;
        let start = clock::milliseconds();
        let chosen = self.pack.is_chosen();
        let refused = |error: EngineError| problems::of_loading(&error, chosen);
        let mut engine = loader.finish().await.map_err(refused)?;
        let same_kernels = kernels.keep(&engine).await;
        let name_of_gallery = self.pictures.name.clone();
        let mark = mark(&embeddings.sha256);
        let mut embedded = Vec::new();
        if let Some((bytes, origin)) = pictures {
            let gallery = Gallery::from_parts(self.pictures, &bytes)
                .map_err(|error| problems::of_format(&error, false))?;
            engine.set_gallery(&gallery).map_err(refused)?;
            embedded = gallery.embeddings().into_owned();
            if origin == Origin::Network {
                self.gallery.keep(&embeddings, &bytes).await;
            }
            let files = self.manifest.shards.iter().map(announced);
            let files = files.chain([embeddings]);
            self.pack.forget_others(&self.gallery, files).await;
        }
        let ready = Ready {
            backend: engine.backend().kind.to_string(),
            adapter: engine.backend().adapter.clone(),
            threads: engine.backend().threads.map(|_| helpers::present()),
            reason: engine.backend().reason.clone(),
            losses: 0,
            pack: name,
            pack_bytes,
            origin,
            gallery_bytes,
            foreign,
            heap_bytes: memory::bytes(),
            max_seconds: engine.max_seconds(),
            preparing_ms: clock::milliseconds() - start,
            kernels: engine.backend().kernels.clone(),
            same_kernels,
            start_ms: engine
                .backend()
                .start
                .map(|start| (start.choosing_ms, start.self_test_ms)),
            timings: engine
                .backend()
                .timings
                .iter()
                .map(|time| (time.kind.to_string(), time.milliseconds))
                .collect(),
            space: self.manifest.embedding_space.clone(),
            gallery: name_of_gallery,
            mark,
            reads_text: (self.manifest.tokenizer.is_some() || self.manifest.reads_words())
                && engine.longest_text().is_some(),
        };
        Ok(Loaded {
            engine,
            ready,
            pictures: embedded,
            reading: Reading::of(self.manifest, self.pack),
        })
    }

    /// Everything but the pictures. The GPU's kernels are compiled while the first shard arrives.
    async fn weights(
        &mut self,
        choice: BackendChoice,
        kernels: &Kernels,
        counter: &mut Counter,
    ) -> Result<(EngineLoader, Origin), Problem> {
        let chosen = self.pack.is_chosen();
        let refused = |error: EngineError| problems::of_loading(&error, chosen);
        let compiled = |done: usize, total: usize| {
            outbox::send(&Report::Progress(Step::Compiling {
                done: done as u32,
                total: total as u32,
            }));
        };
        let manifest = self.manifest.clone();
        let options = EngineOptions {
            gpu: GpuOptions {
                choice: kernels.choice(),
                ..GpuOptions::default()
            },
            pool: helpers::pool(),
        };
        let opening = async {
            let opened = EngineLoader::with_options(manifest, choice, options, compiled).await;
            opened.map_err(refused)
        };
        let first = announced(&self.manifest.shards[0]);
        let (mut loader, arrived) = try_join(
            opening,
            self.pack.read(&first, self.refetch, counter.of(&first)),
        )
        .await?;
        counter.done(&first);
        let mut arrived = Some(arrived);
        let mut from = None;
        while let Some(shard) = loader.next_shard().map(announced) {
            let (bytes, origin) = match arrived.take() {
                Some(arrived) => arrived,
                None => {
                    let read = self.pack.read(&shard, self.refetch, counter.of(&shard));
                    let read = read.await?;
                    counter.done(&shard);
                    read
                }
            };
            let origin = self.add(&mut loader, &shard, bytes, origin).await?;
            // Once anything came over the network, the network it was.
            from = match from {
                Some(Origin::Network) => from,
                _ => Some(origin),
            };
        }
        Ok((loader, from.unwrap_or_default()))
    }

    /// Hands a shard to the engine and keeps it for the next visit. A kept one that is damaged is fetched again.
    async fn add(
        &mut self,
        loader: &mut EngineLoader,
        shard: &Announced,
        bytes: Vec<u8>,
        origin: Origin,
    ) -> Result<Origin, Problem> {
        let chosen = self.pack.is_chosen();
        let refused = |error: EngineError| problems::of_loading(&error, chosen);
        match loader.add(&bytes) {
            Err(EngineError::Format(_)) if origin == Origin::Storage => {
                drop(bytes);
                self.pack.forget(shard).await;
                let (bytes, origin) = self.pack.read(shard, true, |_, _| ()).await?;
                loader.add(&bytes).map_err(refused)?;
                self.pack.keep(shard, &bytes).await;
                Ok(origin)
            }
            Err(error) => Err(refused(error)),
            Ok(()) => {
                if origin == Origin::Network {
                    self.pack.keep(shard, &bytes).await;
                }
                Ok(origin)
            }
        }
    }

    async fn embeddings(
        &self,
        wanted: &Announced,
        counter: &mut Counter,
    ) -> Result<(Vec<u8>, Origin), Problem> {
        let read = self.gallery.read(wanted, self.refetch, counter.of(wanted));
        read.await
    }
}

/// The first bytes of a hash in hexadecimal digits, which the manifest's reader has checked.
fn mark(sha256: &str) -> [u8; 4] {
    std::array::from_fn(|index| {
        let digits = sha256.get(2 * index..2 * index + 2).unwrap_or_default();
        u8::from_str_radix(digits, 16).unwrap_or_default()
    })
}

fn announced(shard: &Shard) -> Announced {
    Announced {
        file: shard.file.clone(),
        bytes: shard.bytes,
        sha256: shard.sha256.clone(),
    }
}

/// How many bytes are here, and what the page knows of it.
struct Counter {
    /// Bytes of whole files.
    done: u64,
    total: u64,
}

impl Counter {
    fn new(total: u64) -> Self {
        let counter = Self { done: 0, total };
        counter.report(0, Origin::Network);
        counter
    }

    /// Takes the pieces of a file.
    fn of(&self, file: &Announced) -> impl FnMut(u64, Origin) + use<> {
        let (done, total, length) = (self.done, self.total, file.bytes);
        let mut here = (0, Origin::default());
        move |piece, origin| {
            // A second source starts over.
            let before = if here.1 == origin { here.0 } else { 0 };
            here = ((before + piece).min(length), origin);
            Self { done, total }.report(here.0, origin);
        }
    }

    fn done(&mut self, file: &Announced) {
        self.done += file.bytes;
    }

    fn report(&self, more: u64, origin: Origin) {
        outbox::send(&Report::Progress(Step::Fetching {
            bytes: self.done + more,
            total: self.total,
            origin,
        }));
    }
}
