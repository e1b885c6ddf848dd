//! A process that we started: what it costs, and its end.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::Wrong;

/// Linux tells processor time to programs in hundredths of a second, on every architecture (`man 5 proc`, `USER_HZ`).
const TICKS: f64 = 100.0;

/// A child that ends with its value.
pub(crate) struct Process(Child);

impl Process {
    /// Starts a program whose standard input and output are ours to use.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Wrong> {
        let started = command.stdin(Stdio::null()).spawn();
        started.map(Self).map_err(|error| format!("{}: {error}", command.get_program().display()).into())
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Ends it as an operator does, and waits.
    pub(crate) fn stop(mut self) -> Result<(), Wrong> {
        Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status()?;
        for _ in 0..600 {
            if self.0.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("the process did not end within 30 seconds".into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Seconds of processor time that a process used until now, in itself and in the kernel for it.
pub(crate) fn cpu(id: u32) -> Result<f64, Wrong> {
    times(&format!("/proc/{id}/stat"), 11)
}

/// The same of all children of ours that have ended.
pub(crate) fn cpu_of_ended_children() -> Result<f64, Wrong> {
    times("/proc/self/stat", 13)
}

/// The same of this process.
pub(crate) fn cpu_of_ourselves() -> Result<f64, Wrong> {
    times("/proc/self/stat", 11)
}

/// Two neighbouring times, counted from the field behind the program's name, which may hold spaces.
fn times(file: &str, at: usize) -> Result<f64, Wrong> {
    let text = fs::read_to_string(file)?;
    let (_, fields) = text.rsplit_once(") ").ok_or("no fields in stat")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).ok_or("no times in stat");
    Ok((ticks(at)? + ticks(at + 1)?) / TICKS)
}

/// What a process holds of the machine's memory, in MB of a million bytes.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    /// All of it.
    pub(crate) resident: f64,
    /// What is not a part of a file, and so is its own.
    pub(crate) own: f64,
}

/// Reads it.
pub(crate) fn memory(id: u32) -> Result<Memory, Wrong> {
    let text = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib * 1024.0 / 1e6)
    };
    let (resident, own) = (line("VmRSS:"), line("RssAnon:"));
    Ok(Memory { resident: resident.ok_or("no VmRSS")?, own: own.ok_or("no RssAnon")? })
}
