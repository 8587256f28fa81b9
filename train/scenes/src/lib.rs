//! The world of Spoken Scenes: concepts, composed pictures, captions.
