//! What was measured, as a table or as JSON.

use std::fmt::Write;

use serde::Serialize;
use serde_json::json;

/// What a figure is to reach.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// At least this part of the bare server's figure.
    OfBare(f64),
    /// At least this part of the primitive's figure.
    OfPrimitive(f64),
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

/// One figure.
#[derive(Serialize)]
pub(crate) struct Figure {
    pub(crate) engine: &'static str,
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) value: f64,
    /// The same of the bare server; what that does stands in the notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bare: Option<f64>,
    /// The figure's share of the bare one, the middle of all rounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) of_bare: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) primitive: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) of_primitive: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) goal: Option<Goal>,
    pub(crate) note: String,
}

impl Figure {
    /// A figure beside nothing yet.
    pub(crate) fn new(engine: &'static str, name: &'static str, (value, unit): (f64, &'static str)) -> Self {
        Self {
            engine,
            name,
            unit,
            value,
            bare: None,
            of_bare: None,
            primitive: None,
            of_primitive: None,
            goal: None,
            note: String::new(),
        }
    }

    /// Beside the bare server.
    pub(crate) fn bare(self, bare: f64, share: f64) -> Self {
        Self { bare: Some(bare), of_bare: Some(share), ..self }
    }

    /// Beside the primitive.
    pub(crate) fn primitive(self, primitive: f64, share: f64) -> Self {
        Self { primitive: Some(primitive), of_primitive: Some(share), ..self }
    }

    pub(crate) fn goal(self, goal: Goal) -> Self {
        Self { goal: Some(goal), ..self }
    }

    pub(crate) fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Whether its goal is reached; `None` without one.
    fn is_reached(&self) -> Option<bool> {
        Some(match self.goal? {
            Goal::OfBare(share) => self.of_bare? >= share,
            Goal::OfPrimitive(share) => self.of_primitive? >= share,
            Goal::AtMost(most) => self.value <= most,
            Goal::AtLeast(least) => self.value >= least,
        })
    }

    fn goal_text(&self) -> String {
        match self.goal {
            None => String::new(),
            Some(Goal::OfBare(share)) => format!("{:.0} % of bare", share * 100.0),
            Some(Goal::OfPrimitive(share)) => format!("{:.0} % of primitive", share * 100.0),
            Some(Goal::AtMost(most)) => format!("at most {most}"),
            Some(Goal::AtLeast(least)) => format!("at least {least}"),
        }
    }
}

/// All figures of a run.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) figures: Vec<Figure>,
    pub(crate) warnings: Vec<String>,
    /// What could not be measured: the other figures stand all the same.
    pub(crate) failures: Vec<String>,
}

impl Report {
    /// For machines.
    pub(crate) fn json(&self) -> String {
        let figure = |figure: &Figure| {
            let mut value = json!(figure);
            value["reached"] = json!(figure.is_reached());
            value
        };
        let figures: Vec<_> = self.figures.iter().map(figure).collect();
        format!("{:#}", json!({ "figures": figures, "warnings": self.warnings, "failures": self.failures }))
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut lines = vec![["", "figure", "value", "unit", "of bare", "of primitive", "goal", ""].map(str::to_owned)];
        for figure in &self.figures {
            let share = |share: Option<f64>| share.map(|share| format!("{:.1} %", share * 100.0)).unwrap_or_default();
            lines.push([
                figure.engine.to_owned(),
                figure.name.to_owned(),
                number(figure.value),
                figure.unit.to_owned(),
                share(figure.of_bare),
                share(figure.of_primitive),
                figure.goal_text(),
                figure.is_reached().map_or("", |reached| if reached { "reached" } else { "MISSED" }).to_owned(),
            ]);
        }
        let mut text = aligned(&lines);
        for figure in self.figures.iter().filter(|figure| !figure.note.is_empty()) {
            // Writing into a text cannot fail.
            let _written = writeln!(text, "{} {}: {}", figure.engine, figure.name, figure.note);
        }
        for warning in &self.warnings {
            let _written = writeln!(text, "warning: {warning}");
        }
        for failure in &self.failures {
            let _written = writeln!(text, "failed: {failure}");
        }
        text.trim_end().to_owned()
    }
}

/// Large numbers whole, small ones with what matters.
fn number(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text + "\n"
}
