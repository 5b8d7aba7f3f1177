//! Places rows of panels on Grafana's grid of 24 columns, from left to right and top to bottom.

use serde_json::{Value, json};

use super::{PrefixedSource, dashboard_json::Row};

/// Columns of the grid.
const COLUMNS: u32 = 24;

/// All panels with IDs and grid positions, row headings included. Rows without panels are left out.
#[must_use]
pub(crate) fn place(rows: &[Row], dialect: PrefixedSource<'_>) -> Vec<Value> {
    let mut placed = Vec::new();
    let mut top = 0;
    for row in rows {
        let panels: Vec<_> = row.panels.iter().filter_map(|panel| Some((panel.json(dialect)?, panel.size))).collect();
        if panels.is_empty() {
            continue;
        }
        let head = json!({"type": "row", "title": row.title, "collapsed": false, "panels": []});
        put(&mut placed, head, (0, top, COLUMNS, 1));
        top += 1;
        let (mut left, mut height) = (0, 0);
        for (panel, (w, h)) in panels {
            if left + w > COLUMNS {
                (left, top, height) = (0, top + height, 0);
            }
            put(&mut placed, panel, (left, top, w, h));
            (left, height) = (left + w, height.max(h));
        }
        top += height;
    }
    placed
}

fn put(placed: &mut Vec<Value>, mut panel: Value, (x, y, w, h): (u32, u32, u32, u32)) {
    panel["id"] = (placed.len() + 1).into();
    panel["gridPos"] = json!({"x": x, "y": y, "w": w, "h": h});
    placed.push(panel);
}
