//! Pack and gallery over the network.

use saysee_engine::gallery::{self, Gallery, GalleryManifest};
use saysee_engine::pack::{self, Loader, Manifest, Pack};

use crate::browser::fetch::{self, FetchError};
use crate::logic::problem::Problem;
use crate::protocol::{Report, Step};
use crate::worker::{outbox, problems};

/// Largest manifest read, bytes; a vocabulary or a list of pictures fits many times over.
const LARGEST_MANIFEST: u64 = 16 << 20;

/// A checked pack and gallery.
pub struct Loaded {
    /// The network.
    pub pack: Pack,
    /// The pictures.
    pub gallery: Gallery,
    /// Bytes of the pack's shards.
    pub pack_bytes: u64,
    /// Bytes of the gallery's embeddings.
    pub gallery_bytes: u64,
}

/// Fetches and checks everything, telling the page how far it is.
///
/// # Errors
/// The first file that does not arrive or is not what its manifest says.
pub async fn load(pack: &str, gallery: &str, refetch: bool) -> Result<Loaded, Problem> {
    let mut download = Download {
        refetch,
        bytes: 0,
        total: 0,
    };
    let manifest = download.manifest(pack, pack::MANIFEST_FILE).await?;
    let manifest = Manifest::parse(&manifest).map_err(|error| problems::of_format(&error))?;
    let pictures = download.manifest(gallery, gallery::MANIFEST_FILE).await?;
    let pictures =
        GalleryManifest::parse(&pictures).map_err(|error| problems::of_format(&error))?;

    // The manifests know the sizes; what servers say differs when they compress.
    let pack_bytes = manifest.shards.iter().map(|shard| shard.bytes).sum();
    let gallery_bytes = pictures.embeddings.bytes;
    download.total = pack_bytes + gallery_bytes;

    let mut loader = Loader::new(manifest);
    while let Some(shard) = loader.next_shard().cloned() {
        let bytes = download.file(pack, &shard.file, shard.bytes).await?;
        loader
            .add(&bytes)
            .map_err(|error| problems::of_format(&error))?;
    }
    let file = pictures.embeddings.file.clone();
    let embeddings = download.file(gallery, &file, gallery_bytes).await?;
    outbox::send(&Report::Progress(Step::Preparing));
    Ok(Loaded {
        pack: loader
            .finish()
            .map_err(|error| problems::of_format(&error))?,
        gallery: Gallery::from_parts(pictures, &embeddings)
            .map_err(|error| problems::of_format(&error))?,
        pack_bytes,
        gallery_bytes,
    })
}

struct Download {
    refetch: bool,
    bytes: u64,
    total: u64,
}

impl Download {
    fn report(&self) {
        outbox::send(&Report::Progress(Step::Fetching {
            bytes: self.bytes,
            total: self.total,
        }));
    }

    async fn manifest(&self, folder: &str, file: &str) -> Result<Vec<u8>, Problem> {
        let read = fetch::read(
            &format!("{folder}{file}"),
            LARGEST_MANIFEST,
            self.refetch,
            |_| (),
        )
        .await;
        read.map_err(|error: FetchError| problems::of_fetch(file, &error))
    }

    async fn file(&mut self, folder: &str, file: &str, length: u64) -> Result<Vec<u8>, Problem> {
        let refetch = self.refetch;
        self.report();
        let address = format!("{folder}{file}");
        let arrived = |piece| {
            self.bytes += piece;
            self.report();
        };
        let read = fetch::read(&address, length, refetch, arrived).await;
        read.map_err(|error| problems::of_fetch(file, &error))
    }
}
