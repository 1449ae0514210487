//! Pages that look like the systems' own, for what runs in a browser on top of them: each shows one work order. They need no
//! log-in, take no input, and are at any path; the address says which work order, as the system spells it.

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Html;

use crate::dialects::Dialect;
use crate::dialects::latchel::slug;
use crate::shared::Shared;
use crate::world::{Id, Job, World};

/// Path below which Latchel's pages are; everything else is the platform's.
const LATCHEL: &str = "/admin/work-order/";

pub(crate) fn router(shared: Shared, platform: Dialect) -> Router {
    Router::new().fallback(show).with_state((shared, platform))
}

/// Path of Latchel's page of a work order.
pub(crate) fn of_job(job: Id) -> String {
    format!("{LATCHEL}{}", slug(job))
}

async fn show(State((shared, platform)): State<(Shared, Dialect)>, address: Uri) -> Html<String> {
    let page = shared.read(|world| match address.path().strip_prefix(LATCHEL) {
        Some(word) => of_latchel(world, word),
        None => of_platform(world, platform, &address),
    });
    Html(page.html())
}

/// A page of one of the systems.
struct Page {
    system: &'static str,
    heading: String,
    status: String,
    text: String,
}

fn of_latchel(world: &World, word: &str) -> Page {
    let found = world.latchel.jobs.iter().find(|job: &&Job| slug(job.id) == word);
    let (heading, status, text) = match found {
        Some(job) => (job.name.clone(), job.state.clone(), job.description.clone().unwrap_or_default()),
        None => nothing(),
    };
    Page { system: "Latchel", heading, status, text }
}

fn of_platform(world: &World, platform: Dialect, address: &Uri) -> Page {
    let address = address.to_string();
    let words = address.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let mut found = words.filter_map(|word| world.maintenance_of(platform.work_order(word)?));
    let (heading, status, text) = match found.next() {
        Some(one) => {
            let title = one.order.title.clone().unwrap_or_else(|| one.task.title.clone());
            (title, format!("{:?}", one.task.status), one.task.description.clone().unwrap_or_default())
        }
        None => nothing(),
    };
    Page { system: platform.title(), heading, status, text }
}

/// A page that is about no work order of the world, or draws itself by a script.
fn nothing() -> (String, String, String) {
    ("Work orders".to_owned(), String::new(), "Choose one from the list.".to_owned())
}

impl Page {
    fn html(&self) -> String {
        let [system, heading, status, text] =
            [self.system, &self.heading, &self.status, &self.text].map(escaped);
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{heading} · {system}</title>\
             <link rel=\"icon\" href=\"data:,\"><style>body {{ margin: 0; font-family: sans-serif }} \
             header {{ background: #234; color: #fff; padding: 1rem }} main {{ padding: 1rem }}</style></head>\
             <body><header>{system}</header><main><h1>{heading}</h1><p>{status}</p><p>{text}</p></main></body></html>"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
