//! Every route of design §4, in all its spellings.

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payload {
    Nothing,
    Json(&'static str),
    Form(&'static str),
}

/// One spelling of one route, and what goes each way when all is well.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) method: &'static str,
    /// Below `/v1`, as the client spells it, with the query.
    pub(super) asked: &'static str,
    /// Below `/v1`, as the upstream spells it.
    pub(super) path: &'static str,
    pub(super) sent: Payload,
    /// Type and text of a good answer; absent for what Flowkeep answers itself.
    pub(super) answer: Option<(&'static str, &'static str)>,
    /// All methods that the path takes.
    pub(super) allow: &'static str,
    /// The types that a body may have.
    pub(super) takes: &'static [&'static str],
}

pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "multipart/form-data; boundary=\"xBOUNDx\"";
const POST: &str = "POST";
const READS: &str = "GET, HEAD";
const ALL: &str = "GET, HEAD, POST";
const BY_JSON: &[&str] = &[JSON];
const BY_FORM: &[&str] = &[FORM];
const BY_BOTH: &[&str] = &[JSON, FORM];

const CHAT: &str = "{ \"model\" : \"deepseek-ai/DeepSeek-V3\",\n\"x_unknown\":1.0e0, \
    \"messages\":[{\"role\":\"user\",\"content\":\"\\u4f60\"}] }";
const CHAT_ANSWER: &str = "{ \"id\":\"019b\", \"object\":\"chat.completion\",\"choices\":[ ],\
    \"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7} }\n";
const IMAGE: &str = r#"{"model":"Kwai-Kolors/Kolors", "prompt":"a cat","image_size":"1024x1024"}"#;
const IMAGE_ANSWER: &str = r#"{"images":[{"url":"https://s3.test/a.png?x=1"}],"seed":42 }"#;
const VOICE: &str =
    r#"{"model":"a/b","customName":"n","text":"t","audio":"data:audio/mpeg;base64,AA=="}"#;
const VOICE_ANSWER: &str = r#"{"uri":"speech:n:cm04pf7az00061413w7kz5qxs:mjtkgbyuunvtybnsvbxd"}"#;
const FORM_BODY: &str = "--xBOUNDx\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\
    FunAudioLLM/SenseVoiceSmall\r\n--xBOUNDx\r\nContent-Disposition: form-data; name=\"file\"; \
    filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\u{0}\r\n--xBOUNDx--\r\n";
const FILE_BODY: &str = "--xBOUNDx\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n\
    batch\r\n--xBOUNDx\r\nContent-Disposition: form-data; name=\"file\"; \
    filename=\"a.jsonl\"\r\n\r\n{}\r\n--xBOUNDx--\r\n";
const FILE_ANSWER: &str = r#"{"code":20000,"message":"Ok","status":true,"data":{"id":"file-jkvytbjtow","object":"file","bytes":2,"createdAt":1741685396,"filename":"a.jsonl","purpose":"batch"}}"#;
const BATCH_ANSWER: &str = r#"{"id":"batch_rdyqgrcgjg","object":"batch","status":"in_queue"}"#;
const VIDEO: &str = r#"{"model":"Wan-AI/Wan2.2-T2V-A14B","prompt":"p","image_size":"1280x720"}"#;
const DELETION: &str = r#"{"uri":"speech:n:x:y"}"#;

/// A `POST` of JSON under the vendor's own name.
const fn post(path: &'static str, body: &'static str, answer: &'static str) -> Row {
    Row {
        method: POST,
        asked: path,
        path,
        sent: Payload::Json(body),
        answer: Some((JSON, answer)),
        allow: POST,
        takes: BY_JSON,
    }
}

/// A `GET` under the vendor's own name.
const fn get(path: &'static str, answer: &'static str) -> Row {
    Row {
        method: "GET",
        sent: Payload::Nothing,
        allow: READS,
        takes: &[],
        ..post(path, "", answer)
    }
}

const fn form(path: &'static str, body: &'static str, answer: &'static str) -> Row {
    Row {
        sent: Payload::Form(body),
        takes: BY_FORM,
        ..post(path, "", answer)
    }
}

impl Row {
    /// The same under another name, with a query.
    const fn named(self, asked: &'static str) -> Self {
        Self { asked, ..self }
    }

    const fn allows(self, allow: &'static str) -> Self {
        Self { allow, ..self }
    }

    const fn taking(self, takes: &'static [&'static str]) -> Self {
        Self { takes, ..self }
    }

    /// Answered without the upstream, or put together from several answers.
    const fn answered_here(self) -> Self {
        Self {
            answer: None,
            ..self
        }
    }
}

pub(super) const TABLE: &[Row] = &[
    post("chat/completions", CHAT, CHAT_ANSWER),
    post("chat/completions", CHAT, CHAT_ANSWER).named("chat/completions?beta=1&x=%20"),
    post("messages", CHAT, CHAT_ANSWER).named("messages?beta=true"),
    post("messages/count_tokens", CHAT, "").answered_here(),
    post("responses", CHAT, "").answered_here(),
    post("completions", CHAT, CHAT_ANSWER),
    post("embeddings", r#"{"input":["a"],"model":"BAAI/bge-m3"}"#, r#"{"object":"list","data":[],"usage":{"prompt_tokens":1,"total_tokens":1}}"#),
    post("rerank", r#"{"model":"BAAI/bge-reranker-v2-m3","query":"q","documents":[]}"#, r#"{"id":"1","results":[],"meta":{"tokens":{"input_tokens":1,"output_tokens":0}}}"#),
    post("images/generations", IMAGE, IMAGE_ANSWER),
    post("images/generations", IMAGE, IMAGE_ANSWER).named("image/generations"),
    Row {
        answer: Some(("audio/mpeg", "ID3\u{4}\u{0}\u{7f} no JSON\r\n\r\n")),
        ..post("audio/speech", r#"{"model":"FunAudioLLM/CosyVoice2-0.5B","input":"hi","voice":"FunAudioLLM/CosyVoice2-0.5B:alex"}"#, "")
    },
    form("audio/transcriptions", FORM_BODY, r#"{"text":"<|zh|>hi"}"#),
    form("uploads/audio/voice", FORM_BODY, VOICE_ANSWER).taking(BY_BOTH),
    post("uploads/audio/voice", VOICE, VOICE_ANSWER).taking(BY_BOTH),
    form("uploads/audio/voice", FORM_BODY, VOICE_ANSWER)
        .named("audio/reference")
        .taking(BY_BOTH)
        .allows(ALL),
    get("audio/voice/list", "").answered_here(),
    get("audio/voice/list", "").named("audio/reference").answered_here().allows(ALL).taking(BY_BOTH),
    post("audio/voice/deletions", DELETION, "\"\""),
    post("audio/voice/deletions", DELETION, "\"\"").named("audio/reference/delete"),
    post("video/submit", VIDEO, r#"{"requestId":"8s3k"}"#),
    post("video/submit", VIDEO, r#"{"requestId":"8s3k"}"#).named("video/generations"),
    post("video/status", r#"{"requestId":"8s3k"}"#, r#"{"status":"InQueue","reason":"","position":0}"#),
    form("files", FILE_BODY, FILE_ANSWER).allows(ALL),
    get("files", "").named("files?purpose=batch").answered_here().allows(ALL).taking(BY_FORM),
    get("files/file-jkvytbjtow", FILE_ANSWER).allows("GET, HEAD, DELETE"),
    Row {
        method: "DELETE",
        ..get("files/file-jkvytbjtow", r#"{"deleted":true}"#).allows("GET, HEAD, DELETE")
    },
    Row {
        answer: Some(("application/octet-stream", "{}\n{}\n\u{0}")),
        ..get("files/file-jkvytbjtow/content", "")
    },
    post("batches", r#"{"input_file_id":"file-jkvytbjtow","endpoint":"/v1/chat/completions","completion_window":"24h"}"#, BATCH_ANSWER).allows(ALL),
    get("batches", "").named("batches?limit=2").answered_here().allows(ALL).taking(BY_JSON),
    get("batches/batch_rdyqgrcgjg", BATCH_ANSWER).named("batches/batch_rdyqgrcgjg?x=1"),
    post("batches/batch_rdyqgrcgjg/cancel", "{}", BATCH_ANSWER),
    Row {
        sent: Payload::Nothing,
        ..post("batches/batch_rdyqgrcgjg/cancel", "", BATCH_ANSWER)
    },
    get("models", "").answered_here(),
    get("models", "").named("user/models?sub_type=chat").answered_here(),
    get("models/deepseek-ai/DeepSeek-V3", "").answered_here(),
    get("models/deepseek-ai/DeepSeek-V3", "").named("models/deepseek-ai%2FDeepSeek-V3").answered_here(),
    get("user/info", "").answered_here(),
];
