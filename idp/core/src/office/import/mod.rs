//! Officials from files: tables of posts in CSV or XLSX, tried first, written in parts, taken back as a whole; and the report of who left.
//!
//! ```text
//! bytes ──► sheet (encoding, delimiter or workbook) ──► header ──► rows, or every wrong cell with its row number
//! rows ──► parts, everybody's rows together ──► try: the same writes, rolled back ──► what would happen, before and after
//!                                          └──► run: each row once, resumable ──► result
//! ```
//!
//! A part is one short transaction, because nobody else writes beside it on SQLite. Rows of one person stand in one part, so they see each
//! other when they are tried just as when they are written. Every row passes the gate like any other change. A row without a decision is unconfirmed and capped.

mod column;
mod drift;
mod kept;
mod row;
mod run;
mod sheet;
mod undo;

pub use column::{Column, template};
pub use drift::{Drift, Drifted, drift};
pub use kept::{Import, by_key, counts, import, imports_of, rows_of};
pub use row::{CellError, Row, Table, day, place, table};
pub use run::{Done, ImportError, Outcome, Report, Turn, attempt, run};
pub use sheet::{Line, Sheet, SheetError, guard, read};
pub use undo::{Undone, undo};
