//! A sink that is pulled: the page is kept up to date, and after the run kept open until it was pulled once more.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::watch, task::spawn_local, time::sleep};

use crate::{
    interval_log::Header,
    output::{
        Account, OutputAddress, Progress,
        address::Place,
        delivery::{DeliveryStats, SharedDeliveryStats},
        scrape::{self, Scrape},
    },
    run::error::CommandError,
};

/// How often the account follows what was handed out.
const GLANCE: Duration = Duration::from_millis(100);

/// Who has pulled so often will do it again.
const REGULAR: u64 = 2;

/// A page and its account.
pub struct Pulled {
    page: Arc<Scrape>,
    ledger: SharedDeliveryStats,
}

impl Pulled {
    /// Opens the port and begins to answer.
    ///
    /// # Errors
    /// When the port can't be had.
    pub async fn start(address: &OutputAddress, prefix: &str, header: &Header) -> Result<Self, CommandError> {
        let name = address.shown();
        let Place::Listen(listen) = address.place else {
            return Err(CommandError::configuration(format!("{name}: this is no address to listen on")));
        };
        let listener = TcpListener::bind(listen).await;
        let listener = listener.map_err(|error| CommandError::configuration(format!("{name}: {error}")))?;
        let page = Arc::new(Scrape::new(prefix, header.labels.clone()));
        let ledger = DeliveryStats::shared(Account::new(name));
        spawn_local(scrape::serve(listener, page.clone()));
        Ok(Self { page, ledger })
    }

    /// Its ledger.
    #[must_use]
    pub fn ledger(&self) -> SharedDeliveryStats {
        self.ledger.clone()
    }

    /// The page, to be folded into.
    #[must_use]
    pub fn page(&self) -> Arc<Scrape> {
        self.page.clone()
    }

    /// Keeps the account until the run is over and, where somebody pulls regularly, the final page was pulled.
    pub async fn run(self, mut progress: watch::Receiver<Progress>) {
        loop {
            let handed_out = self.page.handed_out();
            let whole = handed_out.current || handed_out.scrapes < REGULAR;
            {
                let account = &mut self.ledger.borrow_mut().account;
                (account.sent, account.acknowledged) = (handed_out.samples, handed_out.samples);
                // What is pulled can't be pushed: whether the last page was wanted is not ours to say.
                account.complete = true;
            }
            let Progress { give_up, .. } = *progress.borrow_and_update();
            if give_up.is_some_and(|at| whole || at <= tokio::time::Instant::now()) {
                if !whole {
                    self.ledger.borrow_mut().tell("the final page was not pulled within the time to drain");
                }
                return;
            }
            sleep(GLANCE).await;
        }
    }
}
