//! Security requirements (`security.md`), each shown over the wire: what a web
//! page, a neighbour on the machine or a hostile upstream can and cannot do.

#[cfg(test)]
mod admin;
#[cfg(test)]
mod any_request;
#[cfg(test)]
mod bind;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod bombs;
#[cfg(test)]
mod brute_force;
#[cfg(test)]
mod content;
#[cfg(test)]
mod destination;
#[cfg(test)]
mod echo;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod host;
#[cfg(test)]
mod injection;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod origin;
#[cfg(test)]
mod other_user;
#[cfg(test)]
mod path_properties;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod privileges;
#[cfg(test)]
mod puppet;
#[cfg(test)]
mod records;
#[cfg(test)]
mod redirects;
// It measures its own memory.
#[cfg(all(test, target_os = "linux"))]
mod searches;
#[cfg(test)]
mod sentinel;
#[cfg(test)]
mod spoken;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod token;
