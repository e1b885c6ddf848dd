//! What a server is held against, as children of their own so that each has its own processor time: bare axum handlers,
//! and the raw primitives.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::header::CONTENT_TYPE,
    routing::{get, post},
    serve::ListenerExt,
};
use idp_core::crypto::{
    digest, jwk,
    jws::{self, Alg, MemorySigner, Signer},
};
use josekit::jws::{ES256, JwsVerifier};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::{
    Wrong,
    load::{Sample, Target},
    process::{self, Process},
    requests,
    wire::Connection,
};

/// The hidden first word of a child's command line.
pub(crate) const CHILD: &str = "child";

/// The length of a typical token's signed part, and of an audit record as it is hashed, in bytes.
const MESSAGE: usize = 420;

/// A child's whole life.
pub(crate) fn run(words: &[String]) -> Result<(), Wrong> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["server", port, discovery, jwks] => serve(port.parse()?, [fs::read(discovery)?, fs::read(jwks)?]),
        [primitive, seconds] => {
            let sample = repeat(primitive, Duration::from_secs_f64(seconds.parse()?))?;
            crate::say(&format!("{} {}", sample.done, sample.cpu))
        }
        _ => Err("not the words of a child".into()),
    }
}

/// Runs a primitive in a child for a time.
pub(crate) fn primitive(name: &str, time: Duration) -> Result<Sample, Wrong> {
    let seconds = time.as_secs_f64().to_string();
    let mut command = Command::new(std::env::current_exe()?);
    let output = command.args([CHILD, name, &seconds]).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let (done, cpu) = text.trim().split_once(' ').ok_or("the child said nothing")?;
    Ok(Sample { done: done.parse()?, cpu: cpu.parse()? })
}

fn repeat(name: &str, time: Duration) -> Result<Sample, Wrong> {
    let key = jwk::generate(Alg::Es256)?;
    let signer = MemorySigner::new(Alg::Es256, "k".to_owned(), &key)?;
    let message = [b'a'; MESSAGE];
    let signature = signer.sign(&message)?;
    let verifier = ES256.verifier_from_jwk(&key)?;
    match name {
        "es256-sign" => alone(time, || signer.sign(&message).is_ok()),
        "es256-verify" => alone(time, || verifier.verify(&message, &signature).is_ok()),
        "sha256" => alone(time, || digest::sha256(&message).bytes().len() == 32),
        "argon2" => hashes(time),
        _ => Err("no such primitive".into()),
    }
}

/// On one thread; a hundred at a time between two looks at the clock.
fn alone(time: Duration, work: impl Fn() -> bool) -> Result<Sample, Wrong> {
    let (before, until, mut done) = (process::cpu_of_ourselves()?, Instant::now() + time, 0);
    while Instant::now() < until {
        if !(0..100).all(|_| std::hint::black_box(work())) {
            return Err("the primitive failed".into());
        }
        done += 100;
    }
    Ok(Sample { done, cpu: process::cpu_of_ourselves()? - before })
}

/// Argon2id as the server uses it (19 MiB, two passes, one lane, memory reused), on as many threads as there are cores.
fn hashes(time: Duration) -> Result<Sample, Wrong> {
    let (before, until) = (process::cpu_of_ourselves()?, Instant::now() + time);
    let threads = std::thread::available_parallelism()?.get();
    let one = move || {
        let params = Params::new(19_456, 2, 1, Some(32)).map_err(|error| error.to_string())?;
        let mut blocks = vec![Block::default(); params.block_count()];
        let (argon2, mut tag, mut done) = (Argon2::new(Algorithm::Argon2id, Version::V0x13, params), [0; 32], 0_u64);
        while Instant::now() < until {
            let hashed = argon2.hash_password_into_with_memory(&[7; 32], &[9; 16], &mut tag, &mut blocks[..]);
            hashed.map_err(|error| error.to_string())?;
            done += 1;
        }
        Ok::<_, String>(done)
    };
    let running: Vec<_> = (0..threads).map(|_| std::thread::spawn(one)).collect();
    let mut done = 0;
    for thread in running {
        done += thread.join().map_err(|_| "a thread of ours panicked")??;
    }
    Ok(Sample { done, cpu: process::cpu_of_ourselves()? - before })
}

/// A bare server that runs.
pub(crate) struct Bare {
    process: Process,
    address: SocketAddr,
}

impl Bare {
    /// Starts one that answers with these documents.
    pub(crate) async fn start(folder: &std::path::Path, discovery: &[u8], jwks: &[u8]) -> Result<Self, Wrong> {
        let files = [folder.join("bare-discovery"), folder.join("bare-jwks")];
        fs::write(&files[0], discovery)?;
        fs::write(&files[1], jwks)?;
        let port = idp_tests::house::free_port();
        let mut command = Command::new(std::env::current_exe()?);
        command.args([CHILD, "server", &port.to_string()]).args(files);
        let process = Process::start(&mut command)?;
        let bare = Self { process, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
        until_served(bare.address, "/discovery").await?;
        Ok(bare)
    }

    pub(crate) fn target(&self) -> Target {
        Target { address: self.address, process: self.process.id() }
    }
}

/// Asks again and again until a server answers a path with 200.
pub(crate) async fn until_served(address: SocketAddr, path: &str) -> Result<(), Wrong> {
    let request = requests::get(path, &[]);
    for _ in 0..20_000 {
        if let Ok(mut connection) = Connection::open(address).await
            && connection.ask(&request).await.is_ok_and(|answer| answer.status == 200)
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Err("the server does not answer".into())
}

/// As an access token is written, with nothing to be found out first.
#[derive(Serialize)]
struct Claims {
    iss: &'static str,
    sub: &'static str,
    aud: &'static str,
    client_id: &'static str,
    iat: i64,
    exp: i64,
    jti: &'static str,
}

#[derive(Serialize)]
struct Token {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
}

fn serve(port: u16, [discovery, jwks]: [Vec<u8>; 2]) -> Result<(), Wrong> {
    let key = jwk::generate(Alg::Es256)?;
    let signer = Arc::new(MemorySigner::new(Alg::Es256, jwk::thumbprint(&key)?, &key)?);
    let document = |bytes: Vec<u8>, kind: &'static str| {
        let body = Bytes::from(bytes);
        get(move || async move { ([(CONTENT_TYPE, kind)], body) })
    };
    let router = Router::new()
        .route("/discovery", document(discovery, "application/json"))
        .route("/jwks", document(jwks, "application/jwk-set+json"))
        .route("/sign", post(sign))
        .with_state(signer);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        // As ours does it: an answer does not wait for the acknowledgement of the one before.
        let listener = listener.tap_io(|stream| {
            let _slower = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
}

async fn sign(State(signer): State<Arc<MemorySigner>>) -> Result<Json<Token>, String> {
    let claims = Claims {
        iss: "http://localhost:40000",
        sub: "bench",
        aud: "https://api.bench.example",
        client_id: "bench",
        iat: 1_790_000_000,
        exp: 1_790_000_300,
        jti: "1.c.q83vEjRWeJASNFZ4",
    };
    let access_token = jws::sign(&*signer, "at+jwt", &claims).map_err(|fault| fault.to_string())?;
    Ok(Json(Token { access_token, token_type: "Bearer", expires_in: 300 }))
}
