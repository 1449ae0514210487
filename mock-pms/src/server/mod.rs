//! The server: three listeners over one world, and a fourth one for pages where it is asked for.

mod flaws;
mod inject;
mod observe;
mod too_fast;

use std::io;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::admin;
use crate::dialects::{Dialect, LatchelDialect};
use crate::pages;
use crate::shared::faults::{FaultPlan, Faults};
use crate::shared::log::{LoggedRequest, RequestLog};
use crate::shared::rate_limit::RateLimit;
use crate::shared::{Moment, Setup, Shared, Urls, Watcher};
use crate::webhooks::{SentWebhook, Subscription, SubscriptionError};
use crate::world::{Id, Side, World, WorldError};

/// Longest time that open connections may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(2);

/// Settings of the server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The platform to imitate.
    pub platform: Dialect,
    /// The ports to listen on.
    pub ports: Ports,
    /// The platform's rate limits, all at once; `None` for those of the real system, an empty list for none.
    pub rate_limits: Option<Vec<RateLimit>>,
    /// The Latchel to imitate.
    pub latchel: LatchelDialect,
    /// Latchel's rate limits, all at once; `None` for those of the real system, an empty list for none.
    pub latchel_rate_limits: Option<Vec<RateLimit>>,
    /// True if the request log keeps the bodies of answers.
    pub keep_responses: bool,
    /// Faults that happen on purpose; none by default.
    pub faults: FaultPlan,
    /// Port of 127.0.0.1 for pages that look like the systems' own, 0 for any free one; `None` for no pages, the default.
    pub pages: Option<u16>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            platform: Dialect::BUILDIUM,
            ports: Ports::default(),
            rate_limits: None,
            latchel: LatchelDialect::default(),
            latchel_rate_limits: None,
            keep_responses: false,
            faults: FaultPlan::default(),
            pages: None,
        }
    }
}

impl Options {
    /// The defaults without any rate limit: for tests that have no patience.
    pub fn unlimited() -> Self {
        Self { rate_limits: Some(Vec::new()), latchel_rate_limits: Some(Vec::new()), ..Self::default() }
    }

    fn rate_limits(&self) -> Vec<RateLimit> {
        self.rate_limits.clone().unwrap_or_else(|| self.platform.rate_limits().to_vec())
    }

    fn latchel_rate_limits(&self) -> Vec<RateLimit> {
        self.latchel_rate_limits.clone().unwrap_or_else(|| self.latchel.rate_limits().to_vec())
    }
}

/// Ports of 127.0.0.1; 0 takes any free one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// Port of the platform.
    pub platform: u16,
    /// Port of Latchel.
    pub latchel: u16,
    /// Port of the admin API.
    pub admin: u16,
}

/// Reason why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port cannot be had.
    #[error("cannot listen on 127.0.0.1:{port} for {listener}: {source}")]
    Listen {
        /// Name of the listener.
        listener: &'static str,
        /// The port asked for.
        port: u16,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The world contradicts itself.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct MockServer {
    shared: Shared,
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
}

/// The world of a running server, to be looked at and changed while it runs.
#[derive(Debug, Clone)]
pub struct WorldHandle(Shared);

impl WorldHandle {
    /// Looks at the world.
    pub fn read<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        self.0.read(look)
    }

    /// Changes the world; the change is not validated.
    pub fn edit<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        self.0.edit(change)
    }

    /// The requests so far (the latest 100,000), oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.0.requests()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.0.log(RequestLog::clear);
    }
}

impl MockServer {
    /// Serves a world.
    ///
    /// # Errors
    /// If the world contradicts itself, or a port cannot be had.
    pub async fn start(world: World, options: Options) -> Result<Self, StartError> {
        world.validate()?;
        let platform = listen("the platform", options.ports.platform).await?;
        let latchel = listen("Latchel", options.ports.latchel).await?;
        let admin = listen("the admin API", options.ports.admin).await?;
        let pages = match options.pages {
            Some(port) => Some(listen("the pages", port).await?),
            None => None,
        };
        let (pages, pages_url) = pages.unzip();
        let urls = Urls { platform: platform.1, latchel: latchel.1, admin: admin.1, pages: pages_url };
        let setup = Setup {
            platform: options.platform.system(),
            latchel: options.latchel.system(),
            platform_limits: options.rate_limits(),
            latchel_limits: options.latchel_rate_limits(),
            keep_responses: options.keep_responses,
            faults: options.faults.clone(),
            urls,
        };
        let shared = Shared::new(world, setup);
        let (stop, stopped) = watch::channel(false);
        let mut listeners = vec![
            serve(platform.0, system(options.platform.router(&shared), &shared, Side::Platform), &stopped),
            serve(latchel.0, system(options.latchel.router(&shared), &shared, Side::Latchel), &stopped),
            serve(admin.0, admin::router(shared.clone()), &stopped),
        ];
        let of_pages = |socket| serve(socket, pages::router(shared.clone(), options.platform), &stopped);
        listeners.extend(pages.map(of_pages));
        Ok(Self { shared, stop, listeners })
    }

    /// The platform's base URL, without a slash at its end.
    pub fn platform_url(&self) -> &str {
        &self.shared.urls().platform
    }

    /// Latchel's base URL, without a slash at its end and without the [path](LatchelDialect::base_path) below which its
    /// resources are.
    pub fn latchel_url(&self) -> &str {
        &self.shared.urls().latchel
    }

    /// The admin API's base URL, without a slash at its end.
    pub fn admin_url(&self) -> &str {
        &self.shared.urls().admin
    }

    /// The base URL of the pages that look like the systems' own, without a slash at its end; `None` without
    /// [`Options::pages`].
    pub fn pages_url(&self) -> Option<&str> {
        self.shared.urls().pages.as_deref()
    }

    /// Address of Latchel's page of a work order; `None` without [`Options::pages`].
    pub fn latchel_page(&self, job: Id) -> Option<String> {
        self.pages_url().map(|url| format!("{url}{}", pages::of_job(job)))
    }

    /// A handle on the world that outlives borrows of the server.
    pub fn world(&self) -> WorldHandle {
        WorldHandle(self.shared.clone())
    }

    /// Looks at the world.
    pub fn read<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        self.shared.read(look)
    }

    /// Changes the world; the change is not validated.
    pub fn edit<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        self.shared.edit(change)
    }

    /// The requests so far (the latest 100,000), oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.requests()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.log(RequestLog::clear);
    }

    /// Lets other requests go wrong from now on.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.shared.faults(|faults| *faults = Faults::new(plan));
    }

    /// Number of faults of the present plan that have happened.
    pub fn faults_happened(&self) -> u64 {
        self.shared.faults(|faults| faults.happened())
    }

    /// Tells these subscribers, and no others, of each change from now on; it has to be called within a runtime of tokio.
    ///
    /// # Errors
    /// Names the first that cannot be used; those before stay then.
    pub fn subscribe(&self, subscriptions: Vec<Subscription>) -> Result<(), SubscriptionError> {
        self.shared.subscribe(subscriptions)
    }

    /// The webhooks that were sent so far, oldest first.
    pub fn webhooks(&self) -> Vec<SentWebhook> {
        self.shared.webhooks().sent.all()
    }

    /// Waits until so many webhooks were sent since the start and answered, and returns all.
    pub async fn webhooks_reach(&self, count: usize) -> Vec<SentWebhook> {
        self.shared.webhooks().sent.reach(count).await
    }

    /// Sends a webhook once more, to the byte, by its [`number`](SentWebhook::number); `None` if there is none.
    pub async fn send_again(&self, number: usize) -> Option<SentWebhook> {
        self.shared.webhooks().sent.again(number).await
    }

    /// Tells `watcher` of each request to one of the systems when it arrives, before its body is read, and when it is done.
    /// The request waits for the watcher; where that says `false`, the connection is cut.
    pub fn watch(&self, watcher: impl FnMut(Moment, &LoggedRequest) -> bool + Send + 'static) {
        self.shared.watch(Some(Watcher(Box::new(watcher))));
    }

    /// Tells nobody any more.
    pub fn stop_watching(&self) {
        self.shared.watch(None);
    }

    /// Stops listening and lets open requests finish.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        for mut listener in self.listeners.drain(..) {
            if tokio::time::timeout(GRACE, &mut listener).await.is_err() {
                listener.abort();
            }
        }
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

/// The layers around a system, outermost last. Faults stand between the log, which sees what was really answered,
/// and the rate limit.
fn system(router: Router, shared: &Shared, side: Side) -> Router {
    router
        .layer(from_fn_with_state((shared.clone(), side), too_fast::refuse))
        .layer(from_fn_with_state((shared.clone(), side), inject::inject))
        .layer(from_fn_with_state((shared.clone(), side), observe::observe))
}

async fn listen(listener: &'static str, port: u16) -> Result<(TcpListener, String), StartError> {
    let failed = |source| StartError::Listen { listener, port, source };
    let socket = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    Ok((socket, format!("http://{address}")))
}

fn serve(socket: TcpListener, router: Router, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let stopped = until(stopped.clone());
    tokio::spawn(async move {
        if let Err(error) = axum::serve(socket, router).with_graceful_shutdown(stopped).await {
            tracing::error!(%error, "a listener ended");
        }
    })
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, and the server with it.
    let _ = stopped.wait_for(|stop| *stop).await;
}
