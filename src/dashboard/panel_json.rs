//! Panels as Grafana's classic JSON.

use serde_json::{Map, Value, json};

use super::{
    PrefixedSource, influxql,
    panel::{Kind, Panel},
    query::Query,
    target::{ResultFormat, Target, source},
    transform, unit,
};

impl Panel {
    /// Grafana's JSON without grid position; None if the data source can answer none of its queries.
    #[must_use]
    pub(crate) fn json(&self, dialect: PrefixedSource<'_>) -> Option<Value> {
        let targets = self.targets.iter().enumerate();
        let targets: Vec<Value> =
            targets.filter_map(|(number, target)| target.json(dialect, self.form(), number)).collect();
        if targets.is_empty() && !matches!(self.kind, Kind::Text(_)) {
            return None;
        }
        let mut panel = json!({"title": self.title, "description": self.description, "type": self.as_str()});
        if let Kind::Text(words) = &self.kind {
            panel["options"] = json!({"mode": "markdown", "content": words});
            return Some(panel);
        }
        panel["datasource"] = source(dialect.data_source);
        panel["targets"] = targets.into();
        panel["fieldConfig"] = json!({"defaults": self.defaults(dialect), "overrides": self.overrides(dialect)});
        panel["options"] = self.options();
        let transformations = self.transformations(dialect);
        if !transformations.is_empty() {
            panel["transformations"] = transformations.into();
        }
        Some(panel)
    }

    fn as_str(&self) -> &'static str {
        match self.kind {
            Kind::Graph => "timeseries",
            Kind::Stat | Kind::Peak => "stat",
            Kind::Table(_) => "table",
            Kind::Heatmap => "heatmap",
            Kind::States => "state-timeline",
            Kind::Points => "xychart",
            Kind::Text(_) => "text",
        }
    }

    fn form(&self) -> ResultFormat {
        match self.kind {
            Kind::Stat => ResultFormat::Now,
            Kind::Table(_) => ResultFormat::Table,
            Kind::Points if self.is_own_time() => ResultFormat::Table,
            Kind::Heatmap => ResultFormat::Heatmap,
            Kind::Graph | Kind::Peak | Kind::States | Kind::Points | Kind::Text(_) => ResultFormat::Graph,
        }
    }

    /// Whether the x axis is pushes since the start of the run.
    fn is_own_time(&self) -> bool {
        self.targets.iter().any(|target| matches!(target.query, Query::SinceStart(_)))
    }

    fn defaults(&self, dialect: PrefixedSource<'_>) -> Value {
        let first = self.targets.first().map_or("short", |target| unit::of(&target.query, dialect.data_source));
        let mut defaults = json!({"unit": self.unit.unwrap_or(first), "thresholds": self.thresholds()});
        if let Some(words) = self.empty {
            defaults["noValue"] = words.into();
        }
        if !self.words.is_empty() {
            let words = self.words.iter().enumerate().map(|(index, (value, text, color))| {
                (value.to_string(), json!({"text": text, "color": color, "index": index}))
            });
            defaults["mappings"] = json!([{"type": "value", "options": words.collect::<Map<_, _>>()}]);
        }
        if let Some(most) = self.below {
            defaults["max"] = most.into();
        }
        match self.kind {
            Kind::Graph => {
                if !self.allow_negative {
                    defaults["min"] = 0.into();
                }
                defaults["color"] = json!({"mode": "palette-classic"});
                defaults["custom"] = json!({
                    "drawStyle": "line", "lineWidth": 2, "fillOpacity": if self.stacked { 25 } else { 5 },
                    "showPoints": "auto", "pointSize": 4, "spanNulls": false,
                    "stacking": {"mode": if self.stacked { "normal" } else { "none" }, "group": "A"},
                });
            }
            Kind::States => {
                defaults["custom"] = json!({"lineWidth": 0, "fillOpacity": 70});
            }
            Kind::Points => defaults["custom"] = json!({"show": "points", "pointSize": {"fixed": 6}}),
            Kind::Stat | Kind::Peak | Kind::Table(_) | Kind::Heatmap | Kind::Text(_) => {}
        }
        defaults
    }

    fn thresholds(&self) -> Value {
        let first = json!({"value": null, "color": self.base});
        let further = self.steps.iter().map(|(value, color)| json!({"value": value, "color": color}));
        json!({"mode": "absolute", "steps": std::iter::once(first).chain(further).collect::<Vec<_>>()})
    }

    fn overrides(&self, dialect: PrefixedSource<'_>) -> Vec<Value> {
        let dashed = self.dashed.map(|beginning| {
            json!({
                "matcher": {"id": "byRegexp", "options": format!("/^{beginning}.*/")},
                "properties": [{"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [8, 8]}}],
            })
        });
        let columns = match &self.kind {
            Kind::Table(columns) => columns.iter().map(|column| column.field(dialect)).collect(),
            _ => self.other_units(dialect),
        };
        let link = self.link_to.iter().map(|(uid, column)| {
            let time = "from=${__data.fields.Start.numeric}&to=${__data.fields.End.numeric}";
            let url = format!("/d/{uid}?${{datasource:queryparam}}&var-run_id=${{__value.raw}}&{time}");
            json!({
                "matcher": {"id": "byName", "options": column},
                "properties": [{"id": "links", "value": [{"title": "Open the run", "url": url, "targetBlank": false}]}],
            })
        });
        dashed.into_iter().chain(link).chain(columns).collect()
    }

    /// Unit overrides of results whose unit differs from the first one's.
    fn other_units(&self, dialect: PrefixedSource<'_>) -> Vec<Value> {
        let mut units =
            self.targets.iter().map(|target| (&target.legend, unit::of(&target.query, dialect.data_source)));
        let Some((_, first)) = units.next().filter(|_| self.unit.is_none()) else { return Vec::new() };
        let others = units.filter(|(_, unit)| *unit != first);
        others.map(|(legend, unit)| transform::unit_of_field(legend, unit)).collect()
    }

    fn options(&self) -> Value {
        match self.kind {
            Kind::Graph => json!({
                "legend": {"displayMode": "table", "placement": "bottom", "showLegend": true, "calcs": ["lastNotNull", "max"]},
                "tooltip": {"mode": "multi", "sort": "desc"},
            }),
            Kind::Stat | Kind::Peak => json!({
                "colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto",
                "textMode": if self.targets.len() > 1 { "value_and_name" } else { "value" },
                "wideLayout": true,
                "reduceOptions": {"calcs": [if matches!(self.kind, Kind::Peak) { "max" } else { "lastNotNull" }], "fields": "", "values": false},
            }),
            Kind::Table(_) => json!({"showHeader": true, "cellHeight": "sm"}),
            Kind::Heatmap => json!({
                "calculate": false, "cellGap": 1, "color": {"mode": "scheme", "scheme": "Turbo", "steps": 64, "exponent": 0.5, "fill": "dark-orange", "reverse": false},
                "yAxis": {"unit": "s"}, "tooltip": {"mode": "single", "yHistogram": true}, "legend": {"show": true},
                "exemplars": {"color": "rgba(255,0,255,0.7)"}, "filterValues": {"le": 1e-9},
            }),
            Kind::States => json!({
                "mergeValues": true, "showValue": "never", "alignValue": "left", "rowHeight": 0.8,
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": false, "calcs": []},
                "tooltip": {"mode": "single", "sort": "none"},
            }),
            Kind::Points => self.axes(),
            Kind::Text(_) => json!({}),
        }
    }

    fn axes(&self) -> Value {
        let by_name = |name: &str| json!({"matcher": {"id": "byName", "options": name}});
        let frame = |number: usize| json!({"matcher": {"id": "byIndex", "options": number}});
        let series: Vec<Value> = if self.is_own_time() {
            let x = || by_name(influxql::PUSHES);
            let one = |(number, target): (usize, &Target)| json!({"name": {"fixed": target.legend}, "frame": frame(number), "x": x(), "y": by_name(&target.legend)});
            self.targets.iter().enumerate().map(one).collect()
        } else {
            let x = self.targets.first().map_or("", |target| target.legend.as_str());
            let further = self.targets.iter().skip(1).map(|target| target.legend.as_str());
            further
                .map(|y| json!({"name": {"fixed": y}, "frame": frame(0), "x": by_name(x), "y": by_name(y)}))
                .collect()
        };
        json!({
            "mapping": "manual", "series": series,
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []},
            "tooltip": {"mode": "single", "sort": "none"},
        })
    }

    fn transformations(&self, dialect: PrefixedSource<'_>) -> Vec<Value> {
        match &self.kind {
            Kind::Table(columns) => transform::rows(columns, dialect.data_source),
            // One frame, so that one series can be the x axis of the other.
            Kind::Points if !self.is_own_time() => {
                vec![json!({"id": "joinByField", "options": {"byField": "Time", "mode": "outer"}})]
            }
            _ => Vec::new(),
        }
    }
}
