//! What was asked and what is answered, whatever the protocol.

mod answer;
mod ask;
mod pieces;
#[cfg(test)]
mod tests;

pub(crate) use answer::{Answer, Finish};
pub(crate) use ask::{Ask, LastSaid, Tool, ToolChoice, text_of};
pub(crate) use pieces::{Cursor, Text, tokens};
