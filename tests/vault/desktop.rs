//! A desktop session in miniature: a private bus and a gnome-keyring.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

/// How the daemon is told the password: it takes the line end as a part of it.
const PASSWORD: &str = "pw\n";
const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
/// Where gnome-keyring takes a password from a program instead of a dialog.
const INTERNAL: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
const PATIENCE: Duration = Duration::from_secs(20);
/// No service folder: nothing starts a daemon that a test has killed.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=RUNTIME</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"#;

/// A bus without a keyring, until one is started.
pub(crate) struct Desktop {
    home: TempDir,
    bus: Child,
    address: String,
    keyring: Option<Child>,
}

impl Desktop {
    /// Starts the bus.
    pub(crate) fn without_keyring() -> Self {
        let home = tempfile::tempdir().unwrap();
        let runtime = home.path().join("run");
        flowkeep_core::private::ensure_folder(&runtime).unwrap();
        let config = home.path().join("bus.conf");
        std::fs::write(&config, BUS.replace("RUNTIME", runtime.to_str().unwrap())).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed (package dbus)");
        let mut address = String::new();
        let output = bus.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut address).unwrap();
        Self {
            home,
            bus,
            address: address.trim().to_owned(),
            keyring: None,
        }
    }

    /// Starts the bus and an unlocked keyring.
    pub(crate) fn unlocked() -> Self {
        let mut desktop = Self::without_keyring();
        desktop.start_keyring();
        desktop
    }

    /// Starts the keyring and waits until it is on the bus.
    pub(crate) fn start_keyring(&mut self) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--unlock", "--components=secrets", "--foreground"]);
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        let mut keyring = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon is installed (package gnome-keyring)");
        let mut input = keyring.stdin.take().unwrap();
        input.write_all(PASSWORD.as_bytes()).unwrap();
        drop(input);
        self.keyring = Some(keyring);
        let start = Instant::now();
        while self.collection().is_none() {
            assert!(start.elapsed() < PATIENCE, "the keyring does not start");
            std::thread::yield_now();
        }
    }

    /// Kills the keyring as a crash would.
    pub(crate) fn kill_keyring(&mut self) {
        let mut keyring = self.keyring.take().expect("a keyring runs");
        keyring.kill().unwrap();
        keyring.wait().unwrap();
    }

    /// Locks the default keyring, as the screen lock may do.
    pub(crate) fn lock(&self) {
        let collection = self.collection().expect("there is a keyring");
        let bus = self.connect();
        let service = Proxy::new(&bus, NAME, PATH, SERVICE).unwrap();
        let (locked, _): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            service.call("Lock", &(vec![collection],)).unwrap();
        assert_eq!(locked.len(), 1);
    }

    /// Unlocks it, as the user does with the password.
    pub(crate) fn unlock(&self) {
        let collection = self.collection().expect("there is a keyring");
        let bus = self.connect();
        let service = Proxy::new(&bus, NAME, PATH, SERVICE).unwrap();
        let (_, session): (OwnedValue, OwnedObjectPath) = service
            .call("OpenSession", &("plain", Value::from("")))
            .unwrap();
        let secret = (session, Vec::<u8>::new(), PASSWORD.as_bytes(), "text/plain");
        let internal = Proxy::new(&bus, NAME, PATH, INTERNAL).unwrap();
        internal
            .call::<_, _, ()>("UnlockWithMasterPassword", &(collection, secret))
            .unwrap();
    }

    /// Variables of a program of this session.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let home = self.home.path();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS", PathBuf::from(&self.address)),
            ("HOME", home.to_owned()),
            ("XDG_RUNTIME_DIR", home.join("run")),
            ("XDG_DATA_HOME", home.join("data")),
            ("XDG_CONFIG_HOME", home.join("config")),
            ("XDG_CACHE_HOME", home.join("cache")),
        ]
    }

    /// Where the vault's own files are.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.home.path().join("flowkeep")
    }

    /// Everything that is written in this session.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    fn connect(&self) -> Connection {
        let builder = Builder::address(&*self.address).unwrap();
        builder.method_timeout(PATIENCE).build().unwrap()
    }

    fn collection(&self) -> Option<OwnedObjectPath> {
        let bus = self.connect();
        let reply = bus.call_method(Some(NAME), PATH, Some(SERVICE), "ReadAlias", &"default");
        let path: OwnedObjectPath = reply.ok()?.body().deserialize().ok()?;
        (path.as_str() != "/").then_some(path)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.keyring.iter_mut().chain([&mut self.bus]) {
            // It may be gone already, which is as well.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
