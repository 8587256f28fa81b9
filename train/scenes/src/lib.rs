//! The world of Spoken Scenes: concepts, composed pictures, captions.
//!
//! A scene is one background and one to three groups of objects. From its [`SceneSpec`] follow, each by itself and always
//! the same, what people would say about it ([`captions`]) and the picture. Nothing is stored
//! but the artwork: training draws as many scenes as it wants.

pub mod captions;
pub mod concepts;
pub mod listing;
pub mod scene;

pub use captions::{Caption, captions, main_caption, word_prompts};
pub use concepts::vocabulary;
pub use scene::{SceneError, SceneSpec, Split, scene_list};
