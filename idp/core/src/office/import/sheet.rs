//! From bytes to lines of cells: encodings of texts, workbooks.

use std::io::Cursor;

use calamine::{Data, DataType as _, Reader as _, Xlsx};
use unicode_normalization::UnicodeNormalization as _;

use crate::types::Timestamp;

/// Largest file, in bytes, and most lines.
const LARGEST: usize = 10 * 1024 * 1024;
const MOST_LINES: usize = 50_000;
/// Most cells that a workbook may say it has: one that says more is refused before anything of it is laid out.
const MOST_CELLS: usize = 2_000_000;
/// Days from the beginning of a workbook's calendar (1899-12-30) to 1970-01-01.
const EPOCH: f64 = 25_569.0;

/// A line of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, as the program shows it that people opened the file with.
    pub number: usize,
    /// Its cells, trimmed, NFC.
    pub cells: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// How it was written: `utf-8`, `utf-16le`, `utf-16be`, `windows-1258`, `xlsx`.
    pub encoding: &'static str,
    /// Its lines; empty ones are left out.
    pub lines: Vec<Line>,
}

/// Why a file is no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// More than ten megabytes, fifty thousand lines or two million cells.
    #[error("the file is too large")]
    Large,
    /// It begins like a workbook and is none, or holds no sheet.
    #[error("the workbook cannot be read")]
    Workbook,
    /// Quotes that do not end, or bytes that are no text.
    #[error("the text cannot be read as a table")]
    Text,
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
}

/// Reads a table.
pub fn read(bytes: &[u8]) -> Result<Sheet, SheetError> {
    if bytes.len() > LARGEST {
        return Err(SheetError::Large);
    }
    let (encoding, lines) = if bytes.starts_with(b"PK\x03\x04") { ("xlsx", workbook(bytes)?) } else { text(bytes)? };
    let filled = |line: &Line| line.cells.iter().any(|cell| !cell.is_empty());
    let lines: Vec<Line> = lines.into_iter().filter(filled).collect();
    match lines.len() {
        0 => Err(SheetError::Empty),
        count if count > MOST_LINES => Err(SheetError::Large),
        _ => Ok(Sheet { encoding, lines }),
    }
}

fn clean(text: &str) -> String {
    let bare = |c: char| !c.is_control() && c != '\u{feff}' && c != '\u{200b}';
    text.replace('\u{a0}', " ").trim().chars().filter(|c| bare(*c)).nfc().collect()
}

fn text(bytes: &[u8]) -> Result<(&'static str, Vec<Line>), SheetError> {
    let (encoding, text) = decoded(bytes)?;
    let delimiter = delimiter(&text);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| SheetError::Text)?;
        let number = record.position().map_or(0, |position| started(&text, position.byte()));
        lines.push(Line { number, cells: record.iter().map(clean).collect() });
        if lines.len() > MOST_LINES {
            return Err(SheetError::Large);
        }
    }
    Ok((encoding, lines))
}

/// The line in which a record begins. The reader says where it began to look, which may be an empty line before.
fn started(text: &str, looked: u64) -> usize {
    let looked = usize::try_from(looked).unwrap_or(text.len()).min(text.len());
    let rest = text.get(looked..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    1 + text.get(..looked + blank).map_or(0, |before| before.matches('\n').count())
}

fn decoded(bytes: &[u8]) -> Result<(&'static str, String), SheetError> {
    let by = |name: &'static str, encoding: &'static encoding_rs::Encoding, bytes: &[u8]| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(SheetError::Text)?;
        Ok((name, text.into_owned()))
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => by("utf-8", encoding_rs::UTF_8, rest),
        [0xff, 0xfe, rest @ ..] => by("utf-16le", encoding_rs::UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => by("utf-16be", encoding_rs::UTF_16BE, rest),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(("utf-8", text.to_owned())),
            Err(_) => by("windows-1258", encoding_rs::WINDOWS_1258, bytes),
        },
    }
}

/// The one of comma, semicolon and tab that stands most often in the first filled line, outside quotes.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in first.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| *delimiter == byte && !quoted) {
            *count += 1;
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
}

fn workbook(bytes: &[u8]) -> Result<Vec<Line>, SheetError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| SheetError::Workbook)?;
    let name = book.sheet_names().first().cloned().ok_or(SheetError::Workbook)?;
    // Cell by cell: a sheet with one cell in the last corner would else be laid out whole.
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| SheetError::Workbook)?;
    let (mut lines, mut count): (Vec<Line>, usize) = (Vec::new(), 0);
    while let Some(cell) = cells.next_cell().map_err(|_| SheetError::Workbook)? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        count += 1;
        if count > MOST_CELLS || lines.len() > MOST_LINES {
            return Err(SheetError::Large);
        }
        let text = clean(&shown(&Data::from(cell.get_value().clone())));
        if text.is_empty() || column > 200 {
            continue;
        }
        if lines.last().is_none_or(|line| line.number != row + 1) {
            lines.push(Line { number: row + 1, cells: Vec::new() });
        }
        if let Some(line) = lines.last_mut() {
            line.cells.resize(line.cells.len().max(column + 1), String::new());
            line.cells[column] = text;
        }
    }
    Ok(lines)
}

fn shown(cell: &Data) -> String {
    match cell {
        Data::DateTime(when) if when.is_datetime() => {
            let millis = (when.as_f64() - EPOCH) * 86_400_000.0;
            Timestamp::from_millis(millis as i64).day().to_string()
        }
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::Error(_) | Data::Empty => String::new(),
        other => other.as_string().unwrap_or_default(),
    }
}

/// A cell of a result file as a spreadsheet may show it: what would begin a formula there is put behind an apostrophe.
pub fn guard(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{SheetError, guard, read};

    /// "Họ tên" and "Đỗ" in each encoding that departments send.
    #[test]
    fn a_table_is_read_in_whatever_encoding_it_comes() {
        let plain = "H\u{1ecd} t\u{ea}n;M\u{e3}\n\u{110}\u{1ed7};01\n";
        let utf16 = |big: bool| -> Vec<u8> {
            let units = std::iter::once(0xfeff).chain(plain.encode_utf16());
            units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        // Windows-1258 writes tone marks as letters of their own: o + dot below, o circumflex + tilde.
        let windows: Vec<u8> = b"Ho\xf2 t\xean;Ma\xde\n\xd0\xf4\xde;01\n".to_vec();
        let cases = [
            ("utf-8", plain.as_bytes().to_vec()),
            ("utf-8", [b"\xef\xbb\xbf", plain.as_bytes()].concat()),
            ("utf-16le", utf16(false)),
            ("utf-16be", utf16(true)),
            ("windows-1258", windows),
        ];
        for (encoding, bytes) in cases {
            let sheet = read(&bytes).expect("reads");
            assert_eq!(sheet.encoding, encoding);
            let cells: Vec<&str> = sheet.lines.iter().flat_map(|line| line.cells.iter().map(String::as_str)).collect();
            assert_eq!(cells, ["H\u{1ecd} t\u{ea}n", "M\u{e3}", "\u{110}\u{1ed7}", "01"], "{encoding}");
        }
    }

    #[test]
    fn delimiters_and_line_numbers_are_found() {
        let sheet = read(b"a,b;c\n\n\"x\ny\"\n1;2\n").expect("reads");
        let numbers: Vec<(usize, usize)> = sheet.lines.iter().map(|line| (line.number, line.cells.len())).collect();
        assert_eq!(numbers, [(1, 2), (3, 1), (5, 1)]);
    }

    /// The workbook holds a title line, an empty second and third row, a number and a date as people type them.
    #[test]
    fn a_workbook_is_read_with_its_row_numbers_numbers_and_days() {
        let sheet = read(include_bytes!("../../../tests-data/officials.xlsx")).expect("reads");
        assert_eq!(sheet.encoding, "xlsx");
        let lines: Vec<(usize, Vec<&str>)> =
            sheet.lines.iter().map(|line| (line.number, line.cells.iter().map(String::as_str).collect())).collect();
        let heading = vec!["H\u{1ecd} t\u{ea}n", "", "T\u{1eeb} ng\u{e0}y"];
        let row = vec!["\u{110}\u{1ed7} Th\u{1ecb} Giang", "22015", "2025-03-01"];
        assert_eq!(lines, [(1, heading), (4, row)]);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(read(b"  \n").err(), Some(SheetError::Empty));
        assert_eq!(read(b"PK\x03\x04 no workbook").err(), Some(SheetError::Workbook));
        assert_eq!(read(&vec![b'a'; super::LARGEST + 1]).err(), Some(SheetError::Large));
    }

    #[test]
    fn row_210_a_result_begins_no_formula() {
        for (cell, shown) in
            [("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"), ("@SUM", "'@SUM"), ("-1", "'-1"), ("An", "An")]
        {
            assert_eq!(guard(cell), shown);
        }
    }
}
