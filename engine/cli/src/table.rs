//! Tables: as wide as the terminal, with cells that wrap; elsewhere a line a row, with columns that are as wide as they must be, so
//! that `awk` and `cut` can read them.

use comfy_table::{ContentArrangement, Table as Cells, TableStyle};

use crate::view::View;

/// Rows under a head.
pub(crate) struct Table {
    cells: Cells,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new<const N: usize>(head: [&str; N]) -> Self {
        let mut cells = Cells::new();
        cells.load_style(TableStyle::new()).set_header(head.map(str::to_uppercase));
        Self { cells }
    }

    /// Adds a row. What is empty is shown as a dash: every row has as many words as there are columns, or more.
    pub(crate) fn row<const N: usize>(&mut self, row: [String; N]) {
        self.cells.add_row(row.map(|cell| if cell.is_empty() { "-".to_owned() } else { cell.replace(['\n', '\t'], " ") }));
    }

    /// Puts the table out.
    pub(crate) fn show(mut self, view: &View) {
        match view.width() {
            Some(width) => {
                self.cells.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::try_from(width).unwrap_or(u16::MAX));
            }
            None => {
                self.cells.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        for column in self.cells.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for (index, line) in self.cells.lines().enumerate() {
            let line = line.trim_end();
            view.line(&if index == 0 { view.bold(line) } else { line.to_owned() });
        }
    }
}

/// A size as people read it.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}

/// The first characters of a text, for a cell.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
