//! The real executable as a child process.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use idp_tests::{Engine, house};

/// A running `idp serve`.
pub(crate) struct Process {
    child: Child,
    /// The issuer.
    pub(crate) issuer: String,
}

/// The executable that `tests/run build` made, beside this test.
pub(crate) fn executable() -> PathBuf {
    let own = std::env::current_exe().expect("the path of this test");
    let built = own.parent().and_then(Path::parent).map(|folder| folder.join("idp")).expect("a build folder");
    assert!(built.exists(), "{} is missing: run tests/run build first", built.display());
    built
}

/// Runs a command to its end; gives exit code and output.
pub(crate) fn run(file: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let done = Command::new(executable()).arg("--config").arg(file).args(arguments).output().expect("runs");
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    (done.status.code(), text)
}

/// Writes a configuration for a server in `folder`.
pub(crate) async fn configure(engine: Engine, folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder).expect("a folder");
    house::configure(engine, folder, "[log]\nlevel = \"error\"").await
}

impl Process {
    /// Starts the server and waits until it answers.
    pub(crate) async fn start(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).expect("a configuration");
        let line = |key: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(key)).expect("the key is there");
            found.trim_matches([' ', '=', '"']).to_owned()
        };
        let (issuer, management) = (line("public_url"), line("management_listen"));
        let child = Command::new(executable())
            .arg("--config")
            .arg(file)
            .arg("serve")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut process = Self { child, issuer };
        let http = house::client();
        for _ in 0..600 {
            let ready = http.get(format!("http://{management}/readyz")).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return process;
            }
            assert!(process.child.try_wait().expect("a child").is_none(), "the server ended by itself");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the server is not ready after fifteen seconds");
    }

    /// The most memory that it ever held at once (RSS), in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the kernel says it");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// As the power failing: SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("is killed");
        self.child.wait().expect("is gone");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Killed before, or ended by the assertion that failed.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
