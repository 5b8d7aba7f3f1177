//! The command `dashboards`, and the address of the dashboard that shows a run.

use std::{fs, path::Path};

use crate::units::show_several;
use crate::{
    cli::{DashboardsAction, ExportArgs, RunArgs},
    dashboard::{self, BundledDashboard, DashboardLink, DataSource},
    exit::Exit,
    interval_log::Header,
    output::OutputAddress,
    run::{console::print, error::CommandError},
};

/// The tag by which a profile says what kind of test it is.
const KIND: &str = "kind";

/// Lists or writes the dashboards.
///
/// # Errors
/// When the folder can't be written.
pub(crate) fn dashboards(action: Option<&DashboardsAction>) -> Result<Exit, CommandError> {
    match action {
        None | Some(DashboardsAction::List) => {
            for topic in BundledDashboard::ALL {
                print(&format!("{:<10} {}", topic.as_str(), topic.dashboard(DataSource::Prometheus).description));
            }
        }
        Some(DashboardsAction::Export(args)) => export(args)?,
    }
    Ok(Exit::Passed)
}

fn export(args: &ExportArgs) -> Result<(), CommandError> {
    let files = dashboard::files(&args.prefix, &args.measurement_prefix);
    for file in &files {
        let path = args.folder.join(&file.path);
        let failed = |error| CommandError::configuration(format!("{} can't be written: {error}", path.display()));
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        fs::write(&path, file.text()).map_err(failed)?;
    }
    print(&format!("{} written to {}", show_several(files.len() as u64, "dashboard"), args.folder.display()));
    Ok(())
}

/// The line that links to the run's dashboard; None unless Grafana's address and a data source that it can read are known.
/// `to_ms` is the end of the run, Unix milliseconds, once it is over.
#[must_use]
pub(crate) fn line(args: &RunArgs, outputs: &[OutputAddress], header: &Header, to_ms: Option<i64>) -> Option<String> {
    let grafana = args.grafana.as_ref()?;
    let data_source = outputs.iter().find_map(OutputAddress::data_source)?;
    let kind = header.labels.iter().find(|(name, _)| name == KIND).map(|(_, value)| value.as_str());
    let address = DashboardLink {
        grafana: grafana.as_str(),
        data_source,
        topic: BundledDashboard::of_kind(kind),
        run_id: &header.run_id,
        from_ms: header.started_at_ms,
        to_ms,
    };
    Some(format!("  dashboard {}", address.url()))
}
