//! The world of Spoken Scenes: concepts, composed pictures, captions.
//!
//! A scene is a place, its weather and time of day, and one to three groups of objects. From its [`SceneSpec`] follow, each by itself and always
//! the same, what people would say about it ([`captions`]) and its picture ([`Renderer`]). Nothing is stored but the
//! artwork: training draws as many scenes as it wants.
//!
//! ```text
//! concepts   what can be shown and said, read from the lists in lists/; the vocabulary
//! scene      what a picture shows; splits that share no combination of place and objects
//! sampling   scenes drawn at random, as they could be
//! lists      many scenes for one purpose
//! captions   what people say about it
//! picture    the scene drawn: artwork, layout, places, weather
//! listing    scenes with captions as lines of JSON
//! gallery    the pictures that ship with the page: scenes and emoji
//! census     counts of all that
//! sheet      contact sheets, for looking at many pictures at once
//! ```
//!
//! The artwork is Twemoji's, under CC BY 4.0: [`CREDIT`] belongs next to the pictures.

pub mod captions;
pub mod census;
pub mod concepts;
pub mod gallery;
pub mod listing;
pub mod lists;
pub mod picture;
pub mod sampling;
pub mod scene;
pub mod sheet;

pub use captions::{Caption, CaptionKind, captions, main_caption, word_prompts};
pub use concepts::vocabulary;
pub use lists::scene_list;
pub use picture::{CREDIT, LICENCE, PictureError, Placed, Renderer};
pub use scene::{SceneError, SceneSpec, Split};
