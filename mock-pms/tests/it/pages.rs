//! Pages that look like the systems' own.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options};

use crate::client::{example, raw};

async fn start(platform: Dialect, pages: Option<u16>) -> MockServer {
    let options = Options { platform, pages, ..Options::unlimited() };
    MockServer::start(example(), options).await.expect("the server starts")
}

async fn page(server: &MockServer, path: &str) -> String {
    let url = format!("{}{path}", server.pages_url().expect("pages"));
    let answer = raw(Method::GET, &url, &[], String::new()).await.expect("an answer");
    assert_eq!(answer.status, 200);
    answer.text()
}

#[tokio::test]
async fn there_are_none_unless_they_are_asked_for() {
    let server = start(Dialect::BUILDIUM, None).await;
    assert_eq!((server.pages_url(), server.latchel_page(701)), (None, None));
}

#[tokio::test]
async fn a_page_shows_the_work_order_that_its_address_names() {
    let server = start(Dialect::BUILDIUM, Some(0)).await;
    for path in ["/manager/app/work-orders/81", "/work_order_detail.do?entityID=81", "/orders/81/edit?tab=1"]
    {
        let shown = page(&server, path).await;
        assert!(
            shown.contains("<h1>Kitchen tap drips</h1>") && shown.contains("Buildium"),
            "{path}: {shown}"
        );
    }
    let other = page(&server, "/manager/app/work-orders/999").await;
    assert!(other.contains("<h1>Work orders</h1>"), "{other}");
    let at = server.latchel_page(701).expect("its page");
    let shown = page(&server, at.strip_prefix(server.pages_url().expect("pages")).expect("a path")).await;
    assert!(shown.contains("<h1>No hot water</h1>") && shown.contains("Latchel"), "{shown}");
}

#[tokio::test]
async fn what_people_wrote_is_text() {
    let server = start(Dialect::RENTVINE, Some(0)).await;
    let edits = r#"[{"collection": "work_orders", "id": 81, "set": {"title": "<script>alert(1)</script>"}}]"#;
    let edits: Vec<mock_pms::Edit> = serde_json::from_str(edits).expect("edits");
    server.edit(|world| world.apply(&edits)).expect("they fit");
    let shown = page(&server, "/maintenance/work-orders/81").await;
    assert!(shown.contains("&lt;script&gt;") && !shown.contains("<script>"), "{shown}");
}
