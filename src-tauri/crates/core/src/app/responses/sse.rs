//! Events of a stream, found in bytes that are cut anywhere.

use memchr::memchr;

/// An event may be this long; a longer one ends the answer (S37).
const LONGEST: usize = 1 << 20;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An event is longer than is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Finds the `data` of events; comments, names and ids are passed over.
#[derive(Debug, Default)]
pub(super) struct EventReader {
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    /// The lines of an event whose end has not come.
    data: Vec<u8>,
    has_data: bool,
    /// The first line has been seen, so no byte order mark may come.
    begun: bool,
}

impl EventReader {
    /// Takes the next bytes and hands out what they complete.
    pub(super) fn feed(
        &mut self,
        bytes: &[u8],
        take: &mut impl FnMut(&[u8]),
    ) -> Result<(), TooLong> {
        let mut rest = bytes;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            rest = after;
            if self.line.is_empty() {
                self.take_line(line, take);
            } else {
                self.line.extend_from_slice(line);
                let line = std::mem::take(&mut self.line);
                self.take_line(&line, take);
                self.line = line;
                self.line.clear();
            }
        }
        self.line.extend_from_slice(rest);
        if self.line.len() + self.data.len() > LONGEST {
            return Err(TooLong);
        }
        Ok(())
    }

    /// The stream is over; an event that lacks its empty line counts too.
    pub(super) fn finish(&mut self, take: &mut impl FnMut(&[u8])) {
        let line = std::mem::take(&mut self.line);
        self.take_line(&line, take);
        self.take_line(b"", take);
    }

    fn take_line(&mut self, line: &[u8], take: &mut impl FnMut(&[u8])) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if std::mem::replace(&mut self.begun, true) {
            line
        } else {
            line.strip_prefix(BOM).unwrap_or(line)
        };
        if line.is_empty() {
            if std::mem::take(&mut self.has_data) {
                take(&self.data);
                self.data.clear();
            }
            return;
        }
        let Some(data) = line.strip_prefix(b"data:") else {
            return;
        };
        if std::mem::replace(&mut self.has_data, true) {
            self.data.push(b'\n');
        }
        self.data
            .extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
    }
}

#[cfg(test)]
mod tests;
