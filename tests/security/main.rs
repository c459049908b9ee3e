//! Security requirements (`security.md`), each shown over the wire: what a web
//! page, a neighbour on the machine or a hostile upstream can and cannot do.

mod admin;
mod bind;
mod content;
mod destination;
mod echo;
mod framing;
mod headers;
mod host;
mod injection;
mod limits;
mod logs;
mod origin;
mod other_user;
mod path_properties;
mod paths;
mod privileges;
mod puppet;
mod redirects;
mod sentinel;
mod spoken;
mod sweep;
mod tls;
mod token;
