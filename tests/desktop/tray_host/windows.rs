//! The windows on the display, and the polite way to close them.

use std::error::Error;

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState, Window,
};
use x11rb::rust_connection::RustConnection;

/// All windows whose class is this belong to the program under test.
const CLASS: &[u8] = b"flowkeep-desktop";

pub(crate) struct Windows {
    x: RustConnection,
    root: Window,
}

impl Windows {
    pub(crate) fn connect() -> Result<Self, Box<dyn Error>> {
        let (x, screen) = x11rb::connect(None)?;
        let root = x.setup().roots[screen].root;
        Ok(Self { x, root })
    }

    /// Titles of the windows that can be seen.
    pub(crate) fn titles(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let mut titles = Vec::new();
        for window in self.shown()? {
            titles.push(self.text(window, AtomEnum::WM_NAME.into())?);
        }
        Ok(titles)
    }

    /// Asks each to close (`WM_DELETE_WINDOW`), as a click on its cross does.
    pub(crate) fn close_all(&self) -> Result<usize, Box<dyn Error>> {
        let protocols = self.x.intern_atom(false, b"WM_PROTOCOLS")?.reply()?.atom;
        let delete = self
            .x
            .intern_atom(false, b"WM_DELETE_WINDOW")?
            .reply()?
            .atom;
        let shown = self.shown()?;
        for &window in &shown {
            let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
            self.x
                .send_event(false, window, EventMask::NO_EVENT, message)?;
        }
        self.x.flush()?;
        Ok(shown.len())
    }

    fn shown(&self) -> Result<Vec<Window>, Box<dyn Error>> {
        let mut shown = Vec::new();
        for window in self.x.query_tree(self.root)?.reply()?.children {
            // A window may go between two questions.
            let Ok(attributes) = self.x.get_window_attributes(window)?.reply() else {
                continue;
            };
            let class = self.text(window, AtomEnum::WM_CLASS.into())?;
            let is_ours = class
                .as_bytes()
                .windows(CLASS.len())
                .any(|part| part.eq_ignore_ascii_case(CLASS));
            // Tooltips and menus are windows as well, but nothing a user closes.
            let is_framed =
                attributes.map_state == MapState::VIEWABLE && !attributes.override_redirect;
            if is_framed && is_ours {
                shown.push(window);
            }
        }
        Ok(shown)
    }

    fn text(&self, window: Window, property: u32) -> Result<String, Box<dyn Error>> {
        let any = u32::from(AtomEnum::ANY);
        let read = self
            .x
            .get_property(false, window, property, any, 0, 256)?
            .reply();
        Ok(read.map_or_else(
            |_| String::new(),
            |property| String::from_utf8_lossy(&property.value).into_owned(),
        ))
    }
}
