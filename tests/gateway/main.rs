//! The main job over HTTP: a chat, a stream, a message, the models.

mod relay;
