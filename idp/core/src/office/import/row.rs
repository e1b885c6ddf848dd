//! Rows of posts: the header found, each cell read or refused with its row number.

use std::collections::{BTreeSet, HashMap};

use super::{
    super::{Confirmed, Kind, Limits, Position, PositionId, Role, RoleGrant, Said, Scope, unit_of},
    column::Column,
    sheet::{Line, Sheet},
};
use crate::{
    org::{self, FOREVER, Span},
    store::{Conn, StoreError},
    text::fold,
    types::{Day, FullName, Id, PersonalId, Timestamp, id},
};

/// Rows of one person, at most: they are written together, and while they are nobody else writes on SQLite.
pub(super) const MOST_OF_ONE: usize = 50;
/// Units of one scope, at most.
const MOST_UNITS: usize = 500;

/// A cell that cannot be read. It never holds the value of a personal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellError {
    /// The row's number in the file.
    pub row: usize,
    /// Which cell; `None`: the row or the file as a whole.
    pub column: Option<Column>,
    /// The stable word: `missing`, `number`, `name`, `position`, `kind`, `role`, `scope`, `day`, `order`, `twice`,
    /// `header`, `unit`, `units`, `not-list`, `classes`, `yes-no`, `many`.
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
    /// Over which units. A list has its units once the row is [`place`]d.
    pub scope: Scope,
    /// The units of a list, as typed.
    pub listed: Vec<String>,
    /// When.
    pub span: Span,
    /// By which decision.
    pub decision: Option<Confirmed>,
    /// What narrows it.
    pub limits: Said,
}

/// What a sheet says: rows, and every cell that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Rows without an error.
    pub rows: Vec<Row>,
    /// Every wrong cell.
    pub errors: Vec<CellError>,
    /// Of rows with a wrong cell: their number, unit and first day, where these can be read, so that [`place`] looks at them, too.
    pub unplaced: Vec<(usize, String, Timestamp)>,
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
    let (mut seen, mut each) = (BTreeSet::new(), HashMap::new());
    for line in &sheet.lines[heading + 1..] {
        let mut reader = Reader { line, columns: &columns, positions, roles, errors: Vec::new(), place: None };
        match reader.row() {
            Some(row) if reader.errors.is_empty() => {
                let number = row.number.as_str().to_owned();
                let of_one: &mut usize = each.entry(number.clone()).or_default();
                if !seen.insert((number, row.unit.clone(), row.position.clone(), row.kind)) {
                    reader.wrong(None, "twice", "");
                } else if *of_one == MOST_OF_ONE {
                    reader.wrong(Some(Column::Number), "many", "");
                } else {
                    *of_one += 1;
                    table.rows.push(row);
                }
                table.errors.append(&mut reader.errors);
            }
            _ => {
                table.unplaced.extend(reader.place.map(|(unit, from)| (line.number, unit, from)));
                table.errors.append(&mut reader.errors);
            }
        }
    }
    table
}

/// Finds the units of every row on the day on which its post begins, or today where that is past. A code that means none is a wrong cell:
/// after a reform that is the usual mistake. In a list, an id also names a unit that is gone.
pub async fn place(conn: &mut Conn, table: &mut Table, now: Timestamp) -> Result<(), StoreError> {
    let mut known = Known::default();
    let mut placed = Vec::with_capacity(table.rows.len());
    let unknown = |row, value| CellError { row, column: Some(Column::Unit), why: "unit", value };
    for (row, unit, from) in std::mem::take(&mut table.unplaced) {
        if known.by_code(conn, (&unit, from.max(now))).await?.is_none() {
            table.errors.push(unknown(row, unit));
        }
    }
    for mut row in std::mem::take(&mut table.rows) {
        let (at, before) = (row.span.from.max(now), table.errors.len());
        if known.by_code(conn, (&row.unit, at)).await?.is_none() {
            table.errors.push(unknown(row.row, row.unit.clone()));
        }
        let mut units = BTreeSet::new();
        for typed in &row.listed {
            match known.named(conn, (typed, at)).await? {
                Some(unit) => drop(units.insert(unit)),
                None => table.errors.push(CellError {
                    row: row.row,
                    column: Some(Column::ScopeUnits),
                    why: "unit",
                    value: typed.clone(),
                }),
            }
        }
        if table.errors.len() == before {
            if matches!(row.scope, Scope::Listed(_)) {
                row.scope = Scope::Listed(units);
            }
            placed.push(row);
        }
    }
    table.rows = placed;
    table.errors.sort_by_key(|error| error.row);
    Ok(())
}

/// The units that were looked for: a file names few of them often.
#[derive(Default)]
struct Known(HashMap<(String, Timestamp), Option<Id<id::Unit>>>);

impl Known {
    async fn by_code(
        &mut self,
        conn: &mut Conn,
        (code, at): (&str, Timestamp),
    ) -> Result<Option<Id<id::Unit>>, StoreError> {
        let key = (code.to_owned(), at);
        if let Some(found) = self.0.get(&key) {
            return Ok(*found);
        }
        let found = unit_of(conn, code, at).await?;
        self.0.insert(key, found);
        Ok(found)
    }

    async fn named(
        &mut self,
        conn: &mut Conn,
        (typed, at): (&str, Timestamp),
    ) -> Result<Option<Id<id::Unit>>, StoreError> {
        let Ok(unit) = typed.parse() else { return self.by_code(conn, (typed, at)).await };
        Ok(org::lifetime(conn, unit).await?.map(|_| unit))
    }
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
    /// Unit and first day, once both are read.
    place: Option<(String, Timestamp)>,
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
        let (scope, listed) = self.scope();
        let limits = self.limits();
        let roles = self.roles_of();
        let from = self.read(Column::From, "day", day);
        let until = self.read(Column::Until, "day", day);
        let decision = self.decision();
        self.place = unit.clone().zip(from.map(Day::start));
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
            scope,
            listed,
            span,
            decision,
            limits,
        })
    }

    /// The scope, and the units of a list.
    fn scope(&mut self) -> (Scope, Vec<String>) {
        let scope = self.read(Column::Scope, "scope", scope);
        let cell = self.cell(Column::ScopeUnits);
        let units: Vec<String> = cell.iter().flat_map(|cell| parts(cell)).map(str::to_owned).collect();
        match (&scope, units.len()) {
            (Some(Scope::Listed(_)), 0) => self.wrong(Some(Column::ScopeUnits), "missing", ""),
            (Some(Scope::Listed(_)), count) if count > MOST_UNITS => self.wrong(Some(Column::ScopeUnits), "units", ""),
            (Some(Scope::Listed(_)), _) | (_, 0) => {}
            // Whoever names units and no list would get something else than what stands there.
            (_, _) => self.wrong(Some(Column::ScopeUnits), "not-list", ""),
        }
        (scope.unwrap_or(Scope::Unit), units)
    }

    fn limits(&mut self) -> Said {
        let document_classes = self.read(Column::DocumentClasses, "classes", classes);
        let no_redelegate = self.read(Column::NoRedelegate, "yes-no", yes_or_no);
        Said { document_classes, no_redelegate }
    }

    fn roles_of(&mut self) -> Vec<RoleGrant> {
        let cell = self.cell(Column::Roles).unwrap_or_default();
        let mut found = Vec::new();
        for word in parts(&cell) {
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

/// What stands in one cell, separated by semicolons.
fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn classes(text: &str) -> Option<Vec<String>> {
    if text == "*" {
        return Some(Vec::new());
    }
    let mut classes: Vec<String> = parts(text).map(str::to_owned).collect();
    classes.sort();
    classes.dedup();
    (!classes.is_empty() && Limits::may_be(&classes)).then_some(classes)
}

fn yes_or_no(text: &str) -> Option<bool> {
    match fold(text).as_str() {
        "co" | "yes" | "true" | "x" | "1" => Some(true),
        "khong" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn scope(text: &str) -> Option<Scope> {
    Scope::from_word(text).or_else(|| match fold(text).as_str() {
        "ca nhan" => Some(Scope::Own),
        "don vi" => Some(Scope::Unit),
        "don vi va cap duoi" | "toan bo cap duoi" => Some(Scope::Subtree),
        "dia ban" => Some(Scope::Territory),
        "phi dia gioi" => Some(Scope::NonTerritorial),
        "danh sach" | "danh sach don vi" => Some(Scope::Listed(BTreeSet::new())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{super::starter, sheet},
        Column, Said, Scope, table,
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
            ("079085000001,Nguyen Van An,22015,can-bo,,,list,01/03/2025,,,", Column::ScopeUnits, "missing"),
            ("079085000001,Nguyen Van An,22015,can-bo,,,moi noi,01/03/2025,,,", Column::Scope, "scope"),
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

    const WIDE: &str = "number,name,unit,position,Phạm vi,Đơn vị trong phạm vi,from,Loại văn bản,No re-delegation\n";

    fn wide(cells: &str) -> super::Table {
        read(&format!("{WIDE}079085000001,Nguyen Van An,22015,can-bo,{}\n", cells.replacen('|', ",01/03/2025", 1)))
    }

    #[test]
    fn lists_and_limits_are_read() {
        let none = Said::default();
        let said = |classes: Option<&[&str]>, no_redelegate| Said {
            document_classes: classes.map(|all| all.iter().map(|one| (*one).to_owned()).collect()),
            no_redelegate,
        };
        let list = Scope::Listed(std::collections::BTreeSet::new());
        for (cells, scope, listed, limits) in [
            (",|,,", Scope::Unit, &[][..], none.clone()),
            ("list,22015; 22018|,,", list.clone(), &["22015", "22018"], none.clone()),
            ("Danh sách đơn vị,22015;|,,", list, &["22015"], none),
            (",|,Giấy mời; Công văn;Công văn,", Scope::Unit, &[], said(Some(&["Công văn", "Giấy mời"]), None)),
            (",|,*,Có", Scope::Unit, &[], said(Some(&[]), Some(true))),
            (",|,,no", Scope::Unit, &[], said(None, Some(false))),
        ] {
            let found = wide(cells);
            let [row] = &found.rows[..] else { panic!("{cells}: {found:?}") };
            assert_eq!((&row.scope, &row.limits), (&scope, &limits), "{cells}");
            assert_eq!(row.listed, listed, "{cells}");
        }
        let (long, many) = ("x".repeat(65), "a;".repeat(501));
        for (cells, column, why) in [
            ("list,|,,".to_owned(), Column::ScopeUnits, "missing"),
            ("unit,22015|,,".to_owned(), Column::ScopeUnits, "not-list"),
            (",22015|,,".to_owned(), Column::ScopeUnits, "not-list"),
            (format!("list,{many}|,,"), Column::ScopeUnits, "units"),
            (format!(",|,{long},"), Column::DocumentClasses, "classes"),
            (",|,;,".to_owned(), Column::DocumentClasses, "classes"),
            (",|,,maybe".to_owned(), Column::NoRedelegate, "yes-no"),
        ] {
            let found = wide(&cells);
            let wrong: Vec<_> = found.errors.iter().map(|error| (error.column, error.why)).collect();
            assert_eq!(wrong, [(Some(column), why)], "{cells}");
        }
    }

    #[test]
    fn one_person_has_fifty_rows_at_most() {
        let line = |unit: usize| format!("079085000001,Nguyen Van An,{unit:05},can-bo,,,,01/03/2025,,,\n");
        let found = read(&format!("{HEAD}{}", (0..51).map(line).collect::<String>()));
        let wrong: Vec<_> = found.errors.iter().map(|error| (error.row, error.column, error.why)).collect();
        assert_eq!((found.rows.len(), wrong), (50, vec![(54, Some(Column::Number), "many")]));
    }
}
