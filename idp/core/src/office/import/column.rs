//! The columns of a file of posts, by their headings in either language.

use crate::text::fold;

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
    /// The units of the scope `list`, by code or id, separated by semicolons.
    ScopeUnits,
    /// The first day.
    From,
    /// The last day; empty: open.
    Until,
    /// The number of the decision; empty: unconfirmed.
    Decision,
    /// Its day.
    DecisionDate,
    /// The classes of documents that may be signed, separated by semicolons; `*`: no such limit; empty: as it stands.
    DocumentClasses,
    /// Whether nothing may be handed on; empty: as it stands.
    NoRedelegate,
}

impl Column {
    /// All, in the order of the template.
    pub const ALL: [Self; 14] = [
        Self::Number,
        Self::Name,
        Self::Unit,
        Self::Position,
        Self::Kind,
        Self::Roles,
        Self::Scope,
        Self::ScopeUnits,
        Self::From,
        Self::Until,
        Self::Decision,
        Self::DecisionDate,
        Self::DocumentClasses,
        Self::NoRedelegate,
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
            Self::ScopeUnits => "scope_units",
            Self::From => "from",
            Self::Until => "until",
            Self::Decision => "decision",
            Self::DecisionDate => "decision_date",
            Self::DocumentClasses => "document_classes",
            Self::NoRedelegate => "no_redelegate",
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
            Self::ScopeUnits => &["don vi trong pham vi", "cac don vi", "danh sach don vi", "scope units"],
            Self::From => &["tu ngay", "ngay bat dau", "hieu luc tu", "valid from"],
            Self::Until => &["den ngay", "ngay ket thuc", "den het ngay", "valid until"],
            Self::Decision => &["so quyet dinh", "quyet dinh", "decision no"],
            Self::DecisionDate => &["ngay quyet dinh", "ngay ky", "decision date"],
            Self::DocumentClasses => &["loai van ban", "loai van ban duoc ky", "document classes"],
            Self::NoRedelegate => &["khong uy quyen lai", "cam uy quyen lai", "no redelegation", "no re delegation"],
        }
    }

    /// The column of a heading.
    pub fn of_heading(heading: &str) -> Option<Self> {
        let folded = fold(heading);
        let known = |column: &Self| fold(column.word()) == folded || column.names().contains(&folded.as_str());
        Self::ALL.into_iter().find(known)
    }

    pub(super) const fn is_needed(self) -> bool {
        matches!(self, Self::Number | Self::Name | Self::Unit | Self::Position | Self::From)
    }
}

/// The heading line of an empty file to fill in.
pub fn template() -> String {
    Column::ALL.map(Column::word).join(",")
}

#[cfg(test)]
mod tests {
    use super::{Column, template};

    #[test]
    fn the_template_is_understood() {
        for heading in template().split(',') {
            assert!(Column::of_heading(heading).is_some(), "{heading}");
        }
    }

    #[test]
    fn headings_are_understood_in_both_languages() {
        for (heading, column) in [
            ("Đơn vị trong phạm vi", Column::ScopeUnits),
            ("Scope units", Column::ScopeUnits),
            ("Phạm vi", Column::Scope),
            ("Loại văn bản được ký", Column::DocumentClasses),
            ("Document classes", Column::DocumentClasses),
            ("Loại", Column::Kind),
            ("Không uỷ quyền lại", Column::NoRedelegate),
            ("No re-delegation", Column::NoRedelegate),
        ] {
            assert_eq!(Column::of_heading(heading), Some(column), "{heading}");
        }
        assert_eq!(Column::of_heading("Ghi chú"), None);
    }
}
