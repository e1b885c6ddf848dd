//! The doors: HTTP, pages, jobs, command line.

pub mod web;
