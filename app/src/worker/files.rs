//! The files of a pack or gallery: over the network, from the browser's storage, from a folder of the visitor.

use js_sys::Uint8Array;
use saysee_engine::format::MAX_MANIFEST_BYTES;
use saysee_engine::{gallery, pack};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Url};

use crate::browser::fetch::{self, FetchError};
use crate::browser::{error_text, kept};
use crate::logic::problem::{Code, Problem};
use crate::protocol::{Folder, Origin};
use crate::worker::storage::{self, Storage};
use crate::worker::{outbox, problems};

/// A folder that can be read.
pub enum Files {
    /// Behind an address.
    Web {
        /// Ends in `/`.
        address: String,
        /// Whether it is on another server than the page.
        foreign: bool,
        /// Whether it comes with the page.
        bundled: bool,
        /// Where its files are kept for the next visit.
        storage: Storage,
    },
    /// Chosen by the visitor.
    Chosen(Vec<File>),
}

/// A file with a length and a hash, as manifests announce them.
pub struct Announced {
    /// Its name.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

impl Files {
    /// Opens `folder`; `chosen` are the files that came with it.
    pub async fn open(folder: Folder, chosen: Vec<File>) -> Self {
        match folder {
            Folder::Bundled { address } => Self::Web {
                address,
                foreign: false,
                bundled: true,
                storage: Storage::open(kept::BUNDLED).await,
            },
            Folder::Elsewhere { address } => {
                let own = outbox::scope().location().origin();
                let host = Url::new(&address).map(|url| url.origin());
                Self::Web {
                    foreign: host.is_ok_and(|host| host != own),
                    address,
                    bundled: false,
                    storage: Storage::open(kept::PACKS).await,
                }
            }
            Folder::Chosen => Self::Chosen(chosen),
        }
    }

    /// Whether the visitor chose them.
    pub fn is_chosen(&self) -> bool {
        matches!(self, Self::Chosen(_))
    }

    /// The server's name.
    pub fn host(&self) -> String {
        let address = match self {
            Self::Web { address, .. } => address,
            Self::Chosen(_) => return String::new(),
        };
        Url::new(address).map_or_else(|_| address.clone(), |url| url.host())
    }

    /// Reads a manifest. A server that cannot be reached is stood in for by what it said last.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn manifest(&mut self, file: &str, refetch: bool) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Chosen(files) => read_chosen(files, file, MAX_MANIFEST_BYTES).await,
            Self::Web {
                address,
                foreign,
                storage,
                ..
            } => {
                let address = format!("{address}{file}");
                let key = storage::of_address(&address);
                match fetch::read(&address, MAX_MANIFEST_BYTES, refetch, |_| ()).await {
                    Ok(bytes) => {
                        storage.keep(&key, &bytes).await;
                        Ok(bytes)
                    }
                    Err(error) => {
                        let kept = match error {
                            FetchError::Network(_) => {
                                storage.read(&key, 0, MAX_MANIFEST_BYTES, |_| ()).await
                            }
                            FetchError::Status(_) | FetchError::TooLong { .. } => None,
                        };
                        kept.ok_or_else(|| problems::of_fetch(file, &error, *foreign))
                    }
                }
            }
        }
    }

    /// Bytes of these files that are in the browser's storage.
    pub async fn stored(&self, files: impl Iterator<Item = &Announced>) -> u64 {
        let Self::Web { storage, .. } = self else {
            return 0;
        };
        let mut bytes = 0;
        for file in files {
            if storage.has(&storage::of_hash(&file.sha256)).await {
                bytes += file.bytes;
            }
        }
        bytes
    }

    /// Reads a file, from storage if it is there. The caller checks length and hash. `arrived` hears the size of
    /// each piece, and where it came from.
    ///
    /// # Errors
    /// When it is not there, or longer than announced.
    pub async fn read(
        &self,
        wanted: &Announced,
        refetch: bool,
        mut arrived: impl FnMut(u64, Origin),
    ) -> Result<(Vec<u8>, Origin), Problem> {
        match self {
            Self::Chosen(files) => {
                let bytes = read_chosen(files, &wanted.file, wanted.bytes).await?;
                arrived(bytes.len() as u64, Origin::Disk);
                Ok((bytes, Origin::Disk))
            }
            Self::Web {
                address,
                foreign,
                storage,
                ..
            } => {
                if !refetch {
                    let key = storage::of_hash(&wanted.sha256);
                    let length = wanted.bytes as usize;
                    let kept = storage.read(&key, length, wanted.bytes, |piece| {
                        arrived(piece, Origin::Storage);
                    });
                    if let Some(bytes) = kept.await {
                        return Ok((bytes, Origin::Storage));
                    }
                }
                let address = format!("{address}{}", wanted.file);
                let read = fetch::read_whole(&address, wanted.bytes, refetch, |piece| {
                    arrived(piece, Origin::Network);
                });
                match read.await {
                    Ok(bytes) => Ok((bytes, Origin::Network)),
                    Err(error) => Err(problems::of_fetch(&wanted.file, &error, *foreign)),
                }
            }
        }
    }

    /// Keeps a file that turned out to be what was announced.
    pub async fn keep(&mut self, wanted: &Announced, bytes: &[u8]) {
        if let Self::Web { storage, .. } = self {
            storage.keep(&storage::of_hash(&wanted.sha256), bytes).await;
        }
    }

    /// Forgets what an earlier build of the page has left, if these come with it: everything but the manifests and
    /// `files` of this pack and `gallery`. Models of other servers stay until the visitor forgets them.
    pub async fn forget_others(&self, gallery: &Self, files: impl Iterator<Item = Announced>) {
        let own = |folder: &Self, manifest: &str| match folder {
            Self::Web {
                address,
                bundled: true,
                ..
            } => Some(storage::of_address(&format!("{address}{manifest}"))),
            _ => None,
        };
        let manifests = [
            own(self, pack::MANIFEST_FILE),
            own(gallery, gallery::MANIFEST_FILE),
        ];
        if let ([Some(_), Some(_)], Self::Web { storage, .. }) = (&manifests, self) {
            let files = files.map(|file| storage::of_hash(&file.sha256));
            let keys: Vec<String> = manifests.into_iter().flatten().chain(files).collect();
            storage.keep_only(&keys).await;
        }
    }

    /// Forgets a file that turned out to be something else.
    pub async fn forget(&self, wanted: &Announced) {
        if let Self::Web { storage, .. } = self {
            storage.forget(&storage::of_hash(&wanted.sha256)).await;
        }
    }
}

async fn read_chosen(files: &[File], name: &str, limit: u64) -> Result<Vec<u8>, Problem> {
    let Some(file) = files.iter().find(|file| file.name() == name) else {
        return Err(Problem::new(
            Code::FolderIncomplete,
            format!("{name}: not in the folder"),
        ));
    };
    if file.size() > limit as f64 {
        let detail = format!("{name}: {} bytes, more than {limit}", file.size());
        return Err(Problem::new(Code::FolderDamaged, detail));
    }
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|error| {
        let detail = format!("{name}: {}", error_text(&error));
        Problem::new(Code::FolderIncomplete, detail)
    })?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
