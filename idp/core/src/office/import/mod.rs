//! Officials from files: tables of posts in CSV or XLSX, tried first, written in parts, taken back as a whole; and the report of who left.
//!
//! ```text
//! bytes ──► sheet (encoding, delimiter or workbook) ──► header ──► rows, or every wrong cell with its row number
//! rows ──► try: the same writes, rolled back ──► what would happen        run: in parts, each row once, resumable ──► result
//! ```
//!
//! Every row passes the gate like any other change. A row without a decision is unconfirmed and capped.

mod drift;
mod kept;
mod row;
mod run;
mod sheet;

pub use drift::{Drift, Drifted, drift};
pub use kept::{Import, by_key, counts, import, imports_of, rows_of};
pub use row::{CellError, Column, Row, Table, day, place, table, template};
pub use run::{Done, ImportError, Outcome, Report, Undone, attempt, run, undo};
pub use sheet::{Line, Sheet, SheetError, guard, read};
