//! A faithful, scriptable stand-in for the SiliconFlow API.
//!
//! [`Simulator::start`] opens a port on 127.0.0.1 that answers like
//! `api.siliconflow.cn`: the same error texts, the same stream shapes,
//! accounts whose balances fall with use, sliding rate limits, resources that
//! belong to the account that made them, and a [`Ledger`] of everything that
//! happened. It talks to nobody and keeps nothing on disk. It guarantees the
//! shapes, not the sense: answers are `You said: <the last user message>`, a
//! token is four characters, speech is silence.
//!
//! # Routes
//!
//! Below `/v1`; everything else is 404 `Not Found`.
//!
//! | route | what is simulated |
//! |---|---|
//! | `POST chat/completions`, `messages`, `completions` | JSON and streams |
//! | `POST embeddings` | floats or base64, `dimensions` of Qwen3 models |
//! | `POST rerank` | sorted by the share of the query's words |
//! | `POST images/generations` | addresses of one white pixel |
//! | `POST audio/speech` | silence as mp3, wav, opus or pcm, in chunks |
//! | `POST audio/transcriptions` | `Heard N bytes.`; a second per 32,000 bytes |
//! | `POST uploads/audio/voice`, `GET audio/voice/list`, `POST audio/voice/deletions` | forms or JSON |
//! | `POST video/submit`, `video/status` | `InQueue`, `InProgress`, `Succeed` or `Failed` |
//! | `POST`, `GET files` | the content is counted and thrown away |
//! | `GET files/{id}/content` | only with `batch_results` in the script: what a batch left behind |
//! | `POST`, `GET batches`, `GET batches/{id}`, `POST batches/{id}/cancel` | states; the requests are not made and cost nothing |
//! | `GET models`, `GET user/info`, `POST systemone` | |
//!
//! Voices, files, batches and videos belong to an account. To another account
//! they are as good as unknown: 400 20015 where a body names a voice or an
//! input file, 404 for a batch or a video. Each [`Entry`] lists the resources
//! that its request named or made with their owners ([`Touch`]);
//! [`Ledger::misdirected`] are the requests that named a stranger's.
//! [`Script::progress`](Script) says how fast videos and batches are made, by
//! default one state per call that looks at them.
//!
//! Addresses in answers lead to `/_outputs/…` of the simulator, which stands
//! for the vendor's storage: no key, no ledger, 403 after an hour.
//!
//! Usage is in tokens ([`Usage`]) or in other units ([`Work`]): pictures,
//! clips (paid when accepted), UTF-8 bytes read aloud, seconds written down.
//! Files of a form stand in the ledger with length and digest ([`Upload`]) and
//! are never held, so that an upload of a GiB needs no memory. Other bodies
//! are recorded up to 32 MiB where no route needs them whole.
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use flowkeep_simulator::{Behaviour, Scope, Script, Simulator, sample_key};
//!
//! let simulator = Simulator::start(Script::sample()).await?;
//! simulator.set_behaviour(Scope::Account("alpha".into()), Behaviour::status(503));
//! println!("{} {}", simulator.base_url(), sample_key("alpha"));
//! # Ok(())
//! # }
//! ```
//!
//! # Behaviours
//!
//! A [`Behaviour`] is set for a [`Scope`] ([`Simulator::set_behaviour`],
//! `Script::behaviours`, `POST /_sim/behaviours`), or chosen by the model name
//! `sim/<spelling>`, which the catalogue accepts. The most specific one wins:
//! account and model, key, account, model name `sim/…`, model, route, all.
//! A bad key is answered with 401 before any behaviour.
//!
//! | spelling | what the client sees |
//! |---|---|
//! | `ok` | the real service |
//! | `status:NNN[:body]` | this status, by default with the vendor's body |
//! | `code:NNNNN` | the error of this code of the vendor, with its status |
//! | `late-status:NNN:ms` | this status after a while |
//! | `retry-after[:s]` | 429 with `Retry-After` (default 1) |
//! | `status-then-ok:NNN[:times]` | this status so many times (1), then `ok` |
//! | `flapping:NNN[:percent]` | this status for a share of the requests (30) |
//! | `delay:ms` | the head comes late |
//! | `first-byte:ms`, `ttfb:ms` | the head comes at once, the body late |
//! | `sse:chunks[:pace_us[:size]]` | so many content chunks of `size` bytes |
//! | `cut:n[:fin\|rst]` | the connection ends after n events |
//! | `reset` | a reset without an answer, after the request was read |
//! | `stall:n` | silence after n events |
//! | `dribble` | one byte per write |
//! | `error-first` | 200, the first event is an error envelope |
//! | `error-mid-stream[:n]` | an error envelope after n events (3) |
//! | `envelope200` | 200 with an error envelope as JSON |
//! | `empty` | 200 stream without events |
//! | `html` | 200 with a web page |
//! | `bad-length`, `bad-chunk`, `bad-gzip` | broken framing or encoding |
//! | `gzip` | a good answer, compressed though nobody asked |
//! | `gzip-bomb[:mib]` | a small compressed answer that unpacks to this (1024) |
//! | `endless-line[:bytes]` | a stream of one line without its end (1 GiB) |
//! | `empty-events[:n]` | a stream of events without data (1,000,000) |
//! | `deep-json[:n]` | arrays within arrays (1,000,000) |
//! | `echo-auth` | 401 that repeats the `Authorization` header |
//! | `redirect:NNN:url` | a redirect |
//! | `close-idle[:ms]` | a good answer, the idle connection closes (1000) |
//! | `no-usage` | no usage anywhere |
//! | `usage-last` | usage only in a last chunk without choices |
//! | `usage-null` | `"usage":null` in all chunks but the closing one |
//! | `usage-first`, `usage-nested` | usage before, or within, the choices |
//! | `usage-after-done` | usage in a chunk after `[DONE]` |
//! | `no-done` | no `[DONE]`, or no `message_stop` |
//! | `comments`, `crlf` | comment lines; CR LF line ends |
//! | `bom`, `duplicates` | a byte order mark first; each event twice |
//! | `huge-line[:bytes]` | one event of this size (10 MiB) |
//! | `bad-headers` | `Set-Cookie`, CORS, HSTS, `Alt-Svc` and more |
//! | `real-name-403` | 403, real-name verification missing |
//! | `reasoning`, `tool-call` | a chain of thought; a tool call |
//! | `empty-response` | a complete answer without content |
//! | `job-fails` | videos and batches made now end in `Failed`, `failed` |
//! | `wrong-block-index` | `/messages`: text deltas with a wrong index |
//! | `anthropic-error` | 400 in Anthropic's envelope |
//!
//! Events are counted from the first (role-only) chunk. For an answer that is
//! not a stream, `cut`, `stall` and `dribble` act on the JSON body. The odd
//! places of usage are those of `chat/completions`. `sim/…` models do the work
//! of every route; with `sse` speech has as many pieces of that size.
//! Behaviours that replace the answer count as a failed call of the account.
//!
//! Tools are called without a behaviour too: when the request has tools and
//! the last user message mentions one by name (or by a word of its name), or
//! `tool_choice` demands one. After a tool result the answer is text.
//!
//! # Script file
//!
//! A [`Script`] is JSON; whatever is left out takes the value of the sample:
//!
//! ```json
//! {
//!   "accounts": [{
//!     "id": "alpha", "keys": ["sk-test…"], "verified": true, "region": "cn",
//!     "gift_nano": 14000000000, "charge_nano": 86000000000,
//!     "limits": [{"model": "deepseek-ai/*", "metric": "RPM", "limit": 60}]
//!   }],
//!   "behaviours": [["account:alpha", "flapping:503:30"]],
//!   "user_info": "legacy200", "record_bodies": true, "ledger_capacity": 1000,
//!   "progress": {"calls": 0, "ms": 2000}, "legacy_not_found": false,
//!   "image_data": true, "voice_results": false
//! }
//! ```
//!
//! # Remote control
//!
//! For tests in other languages, without authentication, closed to browsers:
//! `GET` and `DELETE /_sim/ledger`; `POST /_sim/behaviours` with
//! `{"scope":"account:alpha","behaviour":"status:503"}` or an array of such,
//! `DELETE /_sim/behaviours`; `GET /_sim/resources` lists all voices, files,
//! batches and videos with their owners; `GET` and `PUT /_sim/accounts` (one or an
//! array of whole accounts, what is left out takes its default);
//! `PUT /_sim/user-info` with `{"mode":"410"}` or `{"mode":"legacy200"}`.
//! Scopes are spelled `all`, `key:K`, `account:A`, `model:M`, `route:R` and
//! `account-model:A:M`.

mod account;
mod behaviour;
mod conversation;
mod customers;
mod delivery;
mod exchange;
mod ids;
mod intake;
mod ledger;
mod locked;
mod model;
mod prebuilt;
mod refusal;
mod reply;
mod resources;
mod routes;
mod script;
mod server;
#[cfg(test)]
mod tests;
mod wire;
mod world;

pub use account::{Account, Metric, NANO, RateLimit, Region};
pub use behaviour::{Behaviour, CutHow, Scope, UnknownBehaviour, UnknownScope};
pub use customers::{Load, Windows};
pub use ledger::{Entry, Ledger, Totals, Upload, Usage, Work};
pub use model::{Model, Thinking, default_catalogue};
pub use resources::{Resource, ResourceKind, Touch};
pub use script::{Progress, RateLimitBody, Script, ScriptError, UserInfoMode, sample_key};
pub use server::Simulator;
