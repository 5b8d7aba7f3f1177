//! The port: the page is kept up to date, and after the run served until it was scraped once more.

use std::{net::SocketAddr, rc::Rc, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::watch,
    task::spawn_local,
    time::{Instant, sleep},
};

use super::page::{self, Page};
use crate::{
    metric::Interval,
    output::{
        delivery::{
            checkpoint::Checkpoint,
            progress::Progress,
            state::{DeliveryState, SharedDeliveryState},
            stats::DeliveryStats,
        },
        kind::{ServeFuture, ServedPage},
    },
};

/// How often the counters follow what was served.
const REFRESH: Duration = Duration::from_millis(100);

/// A scraper that came so often will come again.
const REGULAR: u64 = 2;

/// A page and its port.
pub(super) struct ScrapeServer {
    listener: std::net::TcpListener,
    page: Arc<Page>,
    state: SharedDeliveryState,
}

impl ScrapeServer {
    /// Opens the port.
    ///
    /// # Errors
    /// When it can't be opened.
    pub(super) fn bind(
        listen: SocketAddr,
        name: &str,
        prefix: &str,
        labels: Vec<(String, String)>,
    ) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let checkpoint = Checkpoint { stats: DeliveryStats::new(name.to_owned()), ..Checkpoint::default() };
        let state = DeliveryState::shared(checkpoint);
        Ok(Self { listener, page: Arc::new(Page::new(prefix, labels)), state })
    }

    async fn run(&self, mut progress: watch::Receiver<Progress>) {
        match self.listener.try_clone().and_then(TcpListener::from_std) {
            Ok(listener) => drop(spawn_local(page::serve(listener, self.page.clone()))),
            Err(error) => self.state.borrow_mut().notify(&error.to_string()),
        }
        loop {
            let served = self.page.served();
            let is_done = served.current || served.scrapes < REGULAR;
            {
                let mut delivery = self.state.borrow_mut();
                let stats = delivery.stats_mut();
                (stats.sent, stats.acknowledged) = (served.samples, served.samples);
                // Whether a scraper wants the last page is not known here.
                stats.complete = true;
            }
            let Progress { give_up, .. } = *progress.borrow_and_update();
            if give_up.is_some_and(|at| is_done || at <= Instant::now()) {
                if !is_done {
                    self.state.borrow_mut().notify("the final page was not scraped within the time to drain");
                }
                return;
            }
            sleep(REFRESH).await;
        }
    }
}

impl ServedPage for ScrapeServer {
    fn fold(&self, interval: &Interval) {
        self.page.fold(interval);
    }

    fn state(&self) -> SharedDeliveryState {
        self.state.clone()
    }

    fn serve(self: Rc<Self>, progress: watch::Receiver<Progress>) -> ServeFuture {
        Box::pin(async move { self.run(progress).await })
    }
}
