//! Rows of posts: the header by its names in either language, each cell read or refused with its row number.

use std::collections::{BTreeSet, HashMap};

use super::{
    super::{Confirmed, Kind, Position, PositionId, Role, RoleGrant, Scope, unit_of},
    sheet::{Line, Sheet},
};
use crate::{
    org::{FOREVER, Span},
    store::{Conn, StoreError},
    text::fold,
    types::{Day, FullName, PersonalId, Timestamp},
};

/// A column of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// The personal identification number.
    Number,
    /// The full name.
    Name,
    /// The code of the unit.
    Unit,
    /// The position, by word or label.
    Position,
    /// How they came to it; empty: the post they are paid for.
    Kind,
    /// The roles, by word or label, separated by semicolons.
    Roles,
    /// The scope; empty: the unit.
    Scope,
    /// The first day.
    From,
    /// The last day; empty: open.
    Until,
    /// The number of the decision; empty: unconfirmed.
    Decision,
    /// Its day.
    DecisionDate,
}

impl Column {
    /// All, in the order of the template.
    pub const ALL: [Self; 11] = [
        Self::Number,
        Self::Name,
        Self::Unit,
        Self::Position,
        Self::Kind,
        Self::Roles,
        Self::Scope,
        Self::From,
        Self::Until,
        Self::Decision,
        Self::DecisionDate,
    ];

    /// The stable word: a heading that is always understood.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Name => "name",
            Self::Unit => "unit",
            Self::Position => "position",
            Self::Kind => "kind",
            Self::Roles => "roles",
            Self::Scope => "scope",
            Self::From => "from",
            Self::Until => "until",
            Self::Decision => "decision",
            Self::DecisionDate => "decision_date",
        }
    }

    /// Other headings, as [`fold`] writes them.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Number => {
                &["so dinh danh", "so dinh danh ca nhan", "cccd", "so cccd", "so can cuoc", "personal number"]
            }
            Self::Name => &["ho va ten", "ho ten", "full name"],
            Self::Unit => &["ma don vi", "don vi", "ma dinh danh don vi", "unit code"],
            Self::Position => &["chuc vu", "chuc danh"],
            Self::Kind => &["loai", "loai vi tri", "hinh thuc"],
            Self::Roles => &["vai tro", "quyen", "role"],
            Self::Scope => &["pham vi"],
            Self::From => &["tu ngay", "ngay bat dau", "hieu luc tu", "valid from"],
            Self::Until => &["den ngay", "ngay ket thuc", "den het ngay", "valid until"],
            Self::Decision => &["so quyet dinh", "quyet dinh", "decision no"],
            Self::DecisionDate => &["ngay quyet dinh", "ngay ky", "decision date"],
        }
    }

    /// The column of a heading.
    pub fn of_heading(heading: &str) -> Option<Self> {
        let folded = fold(heading);
        let known = |column: &Self| fold(column.word()) == folded || column.names().contains(&folded.as_str());
        Self::ALL.into_iter().find(known)
    }

    const fn is_needed(self) -> bool {
        matches!(self, Self::Number | Self::Name | Self::Unit | Self::Position | Self::From)
    }
}

/// The heading line of an empty file to fill in.
pub fn template() -> String {
    Column::ALL.map(Column::word).join(",")
}

/// A cell that cannot be read. It never holds the value of a personal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellError {
    /// The row's number in the file.
    pub row: usize,
    /// Which cell; `None`: the row or the file as a whole.
    pub column: Option<Column>,
    /// The stable word: `missing`, `number`, `name`, `position`, `kind`, `role`, `scope`, `day`, `order`, `twice`, `header`, `unit`.
    pub why: &'static str,
    /// What stands there.
    pub value: String,
}

/// A row that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file.
    pub row: usize,
    /// Who.
    pub number: PersonalId,
    /// Their name.
    pub name: FullName,
    /// The code of the unit, as typed: which scheme it is depends on what is recorded.
    pub unit: String,
    /// As what.
    pub position: PositionId,
    /// How they came to it.
    pub kind: Kind,
    /// With which roles.
    pub roles: Vec<RoleGrant>,
    /// Over which units.
    pub scope: Scope,
    /// When.
    pub span: Span,
    /// By which decision.
    pub decision: Option<Confirmed>,
}

/// What a sheet says: rows, and every cell that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Rows without an error.
    pub rows: Vec<Row>,
    /// Every wrong cell.
    pub errors: Vec<CellError>,
}

/// Reads the rows of a sheet. Lines before the heading (a title, an empty form) are passed over.
pub fn table(sheet: &Sheet, positions: &[Position], roles: &[Role]) -> Table {
    let Some((heading, columns)) = heading(&sheet.lines) else {
        let line = sheet.lines.first();
        let value = line.map(|line| line.cells.join(" ").chars().take(100).collect()).unwrap_or_default();
        let error = CellError { row: line.map_or(1, |line| line.number), column: None, why: "header", value };
        return Table { errors: vec![error], ..Table::default() };
    };
    let mut table = Table::default();
    let mut seen = BTreeSet::new();
    for line in &sheet.lines[heading + 1..] {
        let mut reader = Reader { line, columns: &columns, positions, roles, errors: Vec::new() };
        match reader.row() {
            Some(row) if reader.errors.is_empty() => {
                let same = (row.number.as_str().to_owned(), row.unit.clone(), row.position.clone(), row.kind);
                if seen.insert(same) {
                    table.rows.push(row);
                } else {
                    reader.wrong(None, "twice", "");
                    table.errors.append(&mut reader.errors);
                }
            }
            _ => table.errors.append(&mut reader.errors),
        }
    }
    table
}

/// Finds the unit of every row on the day on which its post begins, or today where that is past. A code that means none is a wrong cell:
/// after a reform that is the usual mistake.
pub async fn place(conn: &mut Conn, table: &mut Table, now: Timestamp) -> Result<(), StoreError> {
    let mut known: HashMap<(String, Timestamp), bool> = HashMap::new();
    let mut placed = Vec::with_capacity(table.rows.len());
    for row in std::mem::take(&mut table.rows) {
        let key = (row.unit.clone(), row.span.from.max(now));
        let found = match known.get(&key) {
            Some(found) => *found,
            None => unit_of(conn, &key.0, key.1).await?.is_some(),
        };
        known.insert(key, found);
        if found {
            placed.push(row);
        } else {
            table.errors.push(CellError { row: row.row, column: Some(Column::Unit), why: "unit", value: row.unit });
        }
    }
    table.rows = placed;
    table.errors.sort_by_key(|error| error.row);
    Ok(())
}

/// The line with the headings, among the first ten, and where each column stands.
fn heading(lines: &[Line]) -> Option<(usize, HashMap<Column, usize>)> {
    lines.iter().take(10).enumerate().find_map(|(place, line)| {
        let mut columns = HashMap::new();
        for (at, cell) in line.cells.iter().enumerate() {
            if let Some(column) = Column::of_heading(cell) {
                columns.entry(column).or_insert(at);
            }
        }
        let all =
            Column::ALL.into_iter().filter(|column| column.is_needed()).all(|column| columns.contains_key(&column));
        all.then_some((place, columns))
    })
}

struct Reader<'a> {
    line: &'a Line,
    columns: &'a HashMap<Column, usize>,
    positions: &'a [Position],
    roles: &'a [Role],
    errors: Vec<CellError>,
}

impl Reader<'_> {
    fn wrong(&mut self, column: Option<Column>, why: &'static str, value: &str) {
        let value = if column == Some(Column::Number) { String::new() } else { value.chars().take(100).collect() };
        self.errors.push(CellError { row: self.line.number, column, why, value });
    }

    fn cell(&mut self, column: Column) -> Option<String> {
        let cell = self.columns.get(&column).and_then(|at| self.line.cells.get(*at)).filter(|cell| !cell.is_empty());
        if cell.is_none() && column.is_needed() {
            self.wrong(Some(column), "missing", "");
        }
        cell.cloned()
    }

    fn read<T>(&mut self, column: Column, why: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let cell = self.cell(column)?;
        let parsed = parse(&cell);
        if parsed.is_none() {
            self.wrong(Some(column), why, &cell);
        }
        parsed
    }

    fn row(&mut self) -> Option<Row> {
        let number = self.read(Column::Number, "number", |cell| PersonalId::parse(cell).ok());
        let name = self.read(Column::Name, "name", |cell| FullName::parse(cell).ok());
        let unit = self.cell(Column::Unit);
        let positions = self.positions;
        let position = self.read(Column::Position, "position", |cell| {
            let found = positions.iter().find(|one| one.id.as_str() == cell || fold(&one.label.vi) == fold(cell));
            found.map(|one| one.id.clone())
        });
        let kind = self.read(Column::Kind, "kind", kind);
        let scope = self.read(Column::Scope, "scope", scope);
        let roles = self.roles_of();
        let from = self.read(Column::From, "day", day);
        let until = self.read(Column::Until, "day", day);
        let decision = self.decision();
        let span = Span { from: from?.start(), until: until.map_or(FOREVER, Day::end) };
        if span.from >= span.until {
            self.wrong(Some(Column::Until), "order", "");
        }
        Some(Row {
            row: self.line.number,
            number: number?,
            name: name?,
            unit: unit?,
            position: position?,
            kind: kind.unwrap_or(Kind::Primary),
            roles,
            scope: scope.unwrap_or(Scope::Unit),
            span,
            decision,
        })
    }

    fn roles_of(&mut self) -> Vec<RoleGrant> {
        let cell = self.cell(Column::Roles).unwrap_or_default();
        let mut found = Vec::new();
        for word in cell.split(';').map(str::trim).filter(|word| !word.is_empty()) {
            let mut known = self.roles.iter().map(|role| &role.form);
            let form = known.find(|form| form.id.as_str() == word || fold(&form.label.vi) == fold(word));
            match form {
                Some(form) => found.push(RoleGrant { role: form.id.clone(), parties: None }),
                None => self.wrong(Some(Column::Roles), "role", word),
            }
        }
        found.sort_by(|one, other| one.role.cmp(&other.role));
        found.dedup();
        found
    }

    /// A decision has a number and a day; one without the other is an error, not an unconfirmed row.
    fn decision(&mut self) -> Option<Confirmed> {
        let number = self.cell(Column::Decision);
        let date = self.read(Column::DecisionDate, "day", day);
        match (number, date) {
            (Some(number), Some(date)) => Some(Confirmed { number, date }),
            (Some(_), None) => {
                self.wrong(Some(Column::DecisionDate), "missing", "");
                None
            }
            (None, Some(_)) => {
                self.wrong(Some(Column::Decision), "missing", "");
                None
            }
            (None, None) => None,
        }
    }
}

/// A day as people write it: `01/07/2025`, `1/7/2025` or `2025-07-01`.
pub fn day(text: &str) -> Option<Day> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let [day, month, year] = parts[..] else { return None };
    if year.len() != 4 {
        return None;
    }
    Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn kind(text: &str) -> Option<Kind> {
    let known = Kind::from_word(text).filter(|kind| *kind != Kind::Delegated);
    known.or_else(|| match fold(text).as_str() {
        "chinh" | "chinh thuc" => Some(Kind::Primary),
        "kiem nhiem" => Some(Kind::Concurrent),
        "biet phai" => Some(Kind::Secondment),
        "quyen" => Some(Kind::Acting),
        "phu trach" | "giao phu trach" => Some(Kind::InCharge),
        "uy vien" | "thanh vien" => Some(Kind::BodyMember),
        "ben ngoai" | "buu chinh" => Some(Kind::External),
        _ => None,
    })
}

fn scope(text: &str) -> Option<Scope> {
    let known = Scope::from_word(text).filter(|scope| !matches!(scope, Scope::Listed(_)));
    known.or_else(|| match fold(text).as_str() {
        "ca nhan" => Some(Scope::Own),
        "don vi" => Some(Scope::Unit),
        "don vi va cap duoi" | "toan bo cap duoi" => Some(Scope::Subtree),
        "dia ban" => Some(Scope::Territory),
        "phi dia gioi" => Some(Scope::NonTerritorial),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{super::starter, sheet},
        Column, table, template,
    };
    use crate::types::Timestamp;

    fn read(text: &str) -> super::Table {
        let set = starter::catalogue().expect("reads");
        let roles: Vec<_> =
            set.roles.into_iter().map(|form| super::super::super::Role::since(form, Timestamp::default())).collect();
        table(&sheet::read(text.as_bytes()).expect("a table"), &set.positions, &roles)
    }

    const HEAD: &str = "Danh sach can bo\n\nSo dinh danh,Ho va ten,Ma don vi,Chuc vu,Loai,Vai tro,Pham vi,Tu ngay,Den ngay,So quyet dinh,Ngay quyet dinh\n";

    #[test]
    fn a_good_row_is_read_by_labels_or_words() {
        let found = read(&format!(
            "{HEAD}079085000001,Nguyen Van An,22015,chuyen-vien,kiem nhiem,nhan-ho-so; Thu phi,don vi,01/03/2025,31/12/2025,12/QD,28/02/2025\n"
        ));
        // "Thu phi" is no label of a role: everything else of the row is good.
        assert_eq!(
            found.errors.iter().map(|error| (error.row, error.why, error.value.as_str())).collect::<Vec<_>>(),
            [(4, "role", "Thu phi")]
        );
        let found = read(&format!(
            "{HEAD}079085000001,Nguyen Van An,22015,Chuyen vien,kiem nhiem,nhan-ho-so;thong-ke,,01/03/2025,31/12/2025,12/QD,28/02/2025\n"
        ));
        let [row] = &found.rows[..] else { panic!("{found:?}") };
        assert_eq!((row.row, row.roles.len(), row.position.as_str()), (4, 2, "chuyen-vien"));
        assert_eq!(row.span.until.rfc3339(), "2026-01-01T00:00:00+07:00", "the last day belongs to the post");
    }

    #[test]
    fn every_wrong_cell_is_named_with_its_row() {
        let cases = [
            (",Nguyen Van An,22015,can-bo,,,,01/03/2025,,,", Column::Number, "missing"),
            ("123,Nguyen Van An,22015,can-bo,,,,01/03/2025,,,", Column::Number, "number"),
            ("079085000001,Nguyen Van An,22015,vua,,,,01/03/2025,,,", Column::Position, "position"),
            ("079085000001,Nguyen Van An,22015,can-bo,delegated,,,01/03/2025,,,", Column::Kind, "kind"),
            ("079085000001,Nguyen Van An,22015,can-bo,,,list,01/03/2025,,,", Column::Scope, "scope"),
            ("079085000001,Nguyen Van An,22015,can-bo,,,,31/02/2025,,,", Column::From, "day"),
            ("079085000001,Nguyen Van An,22015,can-bo,,,,01/03/2025,01/02/2025,,", Column::Until, "order"),
            ("079085000001,Nguyen Van An,22015,can-bo,,,,01/03/2025,,12/QD,", Column::DecisionDate, "missing"),
        ];
        for (line, column, why) in cases {
            let found = read(&format!("{HEAD}{line}\n"));
            let wrong: Vec<_> = found.errors.iter().map(|error| (error.row, error.column, error.why)).collect();
            assert_eq!(wrong, [(4, Some(column), why)], "{line}");
            assert!(found.rows.is_empty(), "{line}");
        }
        let twice = "079085000001,Nguyen Van An,22015,can-bo,,,,01/03/2025,,,\n";
        assert_eq!(read(&format!("{HEAD}{twice}{twice}")).errors[0].why, "twice");
        assert_eq!(read("a,b,c\n1,2,3\n").errors[0].why, "header");
    }

    #[test]
    fn the_template_is_understood() {
        for heading in template().split(',') {
            assert!(Column::of_heading(heading).is_some(), "{heading}");
        }
    }
}
