//! The model of the visit: where it comes from, whether to load it, and the worker that does.

use js_sys::{Array, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use crate::logic::address::BUNDLED_PACK;
use crate::logic::folder;
use crate::logic::place::{Pack, Place};
use crate::logic::problem::{Code, Problem};
use crate::logic::recorder::Event;
use crate::logic::status::{Loading, Readiness};
use crate::page::worker_link::{Enclosed, WorkerLink};
use crate::page::{Page, builds};
use crate::protocol::{Folder, Request};

impl Page {
    /// Fetches the model (again), with a new worker: whatever was wrong with the old one is gone with it.
    pub fn load(self) {
        let was = |code| {
            self.readiness.with_untracked(|readiness| {
                matches!(readiness, Readiness::Unavailable(problem) if problem.code == code)
            })
        };
        let damaged = was(Code::DownloadDamaged);
        // Whoever called it off and asks for it now has agreed to it.
        if was(Code::LoadingStopped) {
            self.machinery
                .update_value(|machinery| machinery.agreed = true);
        }
        let folders = self.pack.with_untracked(|pack| {
            let gallery = self.address.with_value(|address| address.gallery.clone());
            Ok((
                match pack {
                    Pack::At(place) => folder_of(place, "packs")?,
                    Pack::Chosen(_) => Folder::Chosen,
                },
                folder_of(&gallery, "galleries")?,
            ))
        });
        match folders {
            Ok((pack, gallery)) => {
                let agreed = self.machinery.with_value(|machinery| machinery.agreed);
                let open = Request::Open {
                    pack,
                    gallery,
                    backend: self.address.with_value(|address| address.backend),
                    refetch: damaged,
                    agreed,
                    sparing: saves_data(),
                };
                self.open(open, 0);
            }
            Err(problem) => self.unavailable(problem),
        }
    }

    /// Starts a worker and has it open a model. `failed` counts the ways to start one that this browser did not take: the
    /// builds one after another, and the last of them without the page's policy.
    fn open(self, open: Request, failed: usize) {
        self.readiness.set(Readiness::Loading(Loading::default()));
        let again = open.clone();
        let refused = move || {
            let open = again.clone();
            // Not here and now: the worker that called is going to be dropped.
            spawn_local(async move { self.open(open, failed + 1) });
        };
        let builds = self.address.with_value(builds::to_try);
        let confined = failed < builds.len();
        let build = builds[failed.min(builds.len() - 1)];
        match WorkerLink::start(build, confined, move |report| self.report(report), refused) {
            Ok(mut worker) => {
                let mut files = None;
                let mut asked = false;
                self.machinery.update_value(|machinery| {
                    // What the visitor has asked meanwhile is not lost with the worker that did not start.
                    let refused = machinery.worker.take().filter(|_| failed > 0);
                    asked = refused.is_some_and(|refused| worker.take_over(refused));
                    machinery.worker = Some(worker);
                    files.clone_from(&machinery.files);
                });
                if asked {
                    return;
                }
                let beside = files.as_ref().map_or(Enclosed::Nothing, Enclosed::Files);
                self.send_with(&open, beside);
            }
            Err(problem) => self.unavailable(problem),
        }
    }

    /// The visitor wants what was offered.
    pub fn agree(self) {
        self.machinery
            .update_value(|machinery| machinery.agreed = true);
        self.readiness.set(Readiness::Loading(Loading::default()));
        self.send(&Request::Agree, None);
    }

    /// The visitor does not want what was offered: the bundled model is used, or none.
    pub fn decline(self) {
        self.stop_loading();
    }

    /// Calls the loading off. From another model that leads back to the bundled one, from that one to none.
    pub fn stop_loading(self) {
        if !self.pack.with_untracked(Pack::is_bundled) {
            return self.use_bundled();
        }
        self.machinery
            .update_value(|machinery| drop(machinery.worker.take()));
        self.unavailable(Problem::new(Code::LoadingStopped, "called off"));
    }

    /// Goes on with the model that comes with the page: the visitor does not want, or cannot have, the other one.
    pub fn use_bundled(self) {
        self.machinery
            .update_value(|machinery| machinery.files = None);
        self.switch_to(Pack::At(Place::Bundled(BUNDLED_PACK.to_owned())));
    }

    /// Goes on with the pack in a folder, of which these are the files; `path` tells where in it each one lies.
    pub fn use_folder(self, files: &[File], path: impl Fn(&File) -> String) {
        let paths: Vec<String> = files.iter().map(path).collect();
        let Some((name, members)) = folder::pack_files(&paths) else {
            let detail = format!("{} files, none of them pack.json", files.len());
            // What runs goes on running.
            return self.fail(Problem::new(Code::FolderWithoutPack, detail));
        };
        let chosen: Array = members
            .into_iter()
            .filter_map(|index| files.get(index))
            .collect();
        self.machinery
            .update_value(|machinery| machinery.files = Some(chosen));
        self.switch_to(Pack::Chosen(name));
    }

    fn switch_to(self, pack: Pack) {
        self.handle(Event::Exchanged);
        self.forget_answer();
        self.machinery
            .update_value(|machinery| machinery.agreed = false);
        self.pack.set(pack);
        self.load();
    }
}

/// Whether the visitor has asked the browser to save data.
fn saves_data() -> bool {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &JsValue::from_str(key));
    get(window().navigator().as_ref(), "connection")
        .and_then(|connection| get(&connection, "saveData"))
        .is_ok_and(|saves| saves.is_truthy())
}

/// Where the worker finds a place; `kind` is the folder of the bundled ones.
fn folder_of(place: &Place, kind: &str) -> Result<Folder, Problem> {
    match place {
        Place::Bundled(name) => Ok(Folder::Bundled {
            address: absolute(&format!("assets/{kind}/{name}/")),
        }),
        Place::Elsewhere(address) => Ok(Folder::Elsewhere {
            address: address.clone(),
        }),
        Place::Refused(problem) => Err(Problem::new(Code::AddressRefused, problem.clone())),
    }
}

/// The absolute form of an address relative to the page, for the worker, whose own base is its script.
fn absolute(path: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new_with_base(path, &base).map_or_else(|_| path.to_owned(), |url| url.href())
}

/// The files of a list.
pub fn files_of(list: &web_sys::FileList) -> Vec<File> {
    (0..list.length())
        .filter_map(|index| list.get(index))
        .collect()
}

/// Where in the chosen folder a file lies.
pub fn path_of(file: &File) -> String {
    js_sys::Reflect::get(file.unchecked_ref(), &"webkitRelativePath".into())
        .ok()
        .and_then(|path| path.as_string())
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| file.name())
}
