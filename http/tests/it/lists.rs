//! Each way of paging, against a far side that pages so.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use latchel_sync_core::ErrorKind;
use latchel_sync_core::calls;
use latchel_sync_core::registry::{RateLimit, Settings};
use latchel_sync_http::{Paging, Transport, looked_up};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn transport(server: &MockServer) -> Transport {
    limited(server, &[])
}

fn limited(server: &MockServer, limits: &[RateLimit]) -> Transport {
    let builder = Transport::builder("Far", &server.uri(), &Settings::default()).path("api");
    builder.rate_limits(limits).build().expect("a transport")
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned())
}

fn number(request: &Request, name: &str) -> usize {
    parameter(request, name).and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// A server whose list `/api/things` answers so.
async fn far(answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET")).and(path("/api/things")).respond_with(answer).mount(&server).await;
    server
}

async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.expect("recording");
    let of_list = requests.iter().filter(|request| request.url.path() == "/api/things");
    let mut asked: Vec<_> = of_list.filter_map(|request| Some(request.url.query()?.to_owned())).collect();
    asked.sort();
    asked
}

fn rows(from: usize, to: usize) -> Vec<Value> {
    (from..to).map(|id| json!({"id": id})).collect()
}

/// A list of `total` rows by offset, which tells another total.
async fn by_offset(total: usize, told: usize) -> MockServer {
    far(move |request| {
        let offset = number(request, "offset").min(total);
        let end = (offset + number(request, "limit")).min(total);
        ResponseTemplate::new(200).insert_header("x-total", told.to_string()).set_body_json(rows(offset, end))
    })
    .await
}

const BY_OFFSET: Paging =
    Paging::by_offset("offset", "limit", 10).total_in_header("x-total").also(&[("order", "id")]);

#[tokio::test]
async fn by_offset_a_list_is_whole_whatever_its_total() {
    for (total, told) in [(0, 0), (9, 9), (10, 10), (35, 35), (35, 10), (35, 0), (35, 99), (40, 1_000)] {
        for ahead in [1, 4] {
            let server = by_offset(total, told).await;
            let list = transport(&server).list("things", &BY_OFFSET.ahead(ahead)).all().await;
            assert_eq!(list.expect("a list"), rows(0, total), "{total} of {told}, {ahead} ahead");
        }
    }
}

#[tokio::test]
async fn every_page_carries_the_query_and_the_order_and_none_is_asked_for_twice() {
    let server = by_offset(25, 25).await;
    let list = transport(&server).list("things", &BY_OFFSET.ahead(4)).query("since", "a b");
    assert_eq!(list.all().await.expect("a list").len(), 25);
    assert_eq!(
        asked(&server).await,
        [0, 10, 20].map(|offset| format!("since=a+b&order=id&offset={offset}&limit=10"))
    );
}

#[tokio::test]
async fn calls_that_are_made_ahead_are_counted_with_the_others() {
    let server = by_offset(95, 95).await;
    let list = transport(&server).list("things", &BY_OFFSET.ahead(4));
    let (list, calls) = calls::recorded(list.all()).await;
    assert_eq!(list.expect("a list").len(), 95);
    assert_eq!(calls.made.get("Far"), Some(&10));
}

/// Who reads a list makes other calls between its pages: they must not wait for pages that nobody waits for.
#[tokio::test]
async fn other_calls_go_on_while_pages_are_asked_for_ahead() {
    let server = by_offset(95, 95).await;
    Mock::given(path("/api/other")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let transport = limited(&server, &[RateLimit { calls: 6, seconds: 1 }]);
    let mut pages = transport.list("things", &BY_OFFSET.ahead(4)).pages();
    let mut count = 0;
    while let Some(page) = pages.try_next().await.expect("a page") {
        count += page.len();
        transport.get("other").send().await.expect("an answer");
    }
    assert_eq!(count, 95);
}

#[tokio::test]
async fn a_list_that_is_dropped_asks_for_no_more() {
    let server = by_offset(1_000, 1_000).await;
    let transport = limited(&server, &[RateLimit { calls: 3, seconds: 1 }]);
    let mut pages = transport.list("things", &BY_OFFSET.ahead(4)).pages();
    pages.try_next().await.expect("a page");
    pages.try_next().await.expect("a page");
    drop(pages);
    // What the limit let go may still be on its way.
    let before = asked(&server).await.len().max(3);
    transport.list("things", &BY_OFFSET).peek().await.expect("an answer");
    assert!(asked(&server).await.len() <= before + 1, "what waited for its turn is not sent");
}

#[tokio::test]
async fn by_number_a_page_may_have_fewer_rows_than_were_asked_for() {
    for (total, cap) in [(0, 7), (7, 7), (20, 7), (21, 7), (30, 100)] {
        let server = far(move |request| {
            let size = number(request, "size").min(cap);
            let begin = ((number(request, "page") - 1) * size).min(total);
            ResponseTemplate::new(200).set_body_json(rows(begin, (begin + size).min(total)))
        })
        .await;
        let paging = Paging::by_number("page", "size", 10).at_least(5);
        let list = transport(&server).list("things", &paging).all().await;
        assert_eq!(list.expect("a list"), rows(0, total), "{total} by {cap}");
    }
}

/// Without a total some pages behind the end may be asked for, but of long lists alone.
#[tokio::test]
async fn by_number_a_long_list_without_a_total_is_asked_for_ahead() {
    for (total, cap, needed, needless) in [
        (0, 10, 1, 0),
        (9, 10, 2, 0),
        (39, 10, 4, 0),
        (40, 10, 5, 2),
        (95, 10, 10, 2),
        (70, 7, 11, 2),
        (21, 7, 4, 0),
    ] {
        let server = far(move |request| {
            let size = number(request, "size").min(cap);
            let begin = ((number(request, "page") - 1) * size).min(total);
            ResponseTemplate::new(200).set_body_json(rows(begin, (begin + size).min(total)))
        })
        .await;
        let paging = Paging::by_number("page", "size", 10).at_least(5).ahead(3);
        let list = transport(&server).list("things", &paging).all().await;
        assert_eq!(list.expect("a list"), rows(0, total), "{total} by {cap}");
        let asked = asked(&server).await;
        let distinct: HashSet<_> = asked.iter().collect();
        assert_eq!(distinct.len(), asked.len(), "none is asked for twice");
        assert!((needed..=needed + needless).contains(&asked.len()), "{total} by {cap}: {asked:?}");
    }
}

/// Whoever reads a list makes other calls between its parts. The call for the next page, which only the one before it names,
/// must not stand in their way.
#[tokio::test]
async fn other_calls_go_on_while_a_page_is_looked_up() {
    let server = far(|request| {
        let from = number(request, "after");
        ResponseTemplate::new(200)
            .set_body_json(json!({"rows": rows(from, from + 10), "next": (from < 90).then_some(from + 10)}))
    })
    .await;
    Mock::given(path("/api/other")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let transport = limited(&server, &[RateLimit { calls: 20, seconds: 1 }]);
    let paging = Paging::by_cursor("after", "next", "limit", 10).rows_in("rows");
    let look_up = |rows: Vec<Value>| {
        let other = transport.get("other").send();
        async move { other.await.map(|_| rows) }
    };
    let mut pages = looked_up((10, 4), transport.list("things", &paging).pages(), look_up);
    let read = async {
        let mut count = 0;
        while let Some(page) = pages.try_next().await.expect("a page") {
            count += page.len();
            transport.get("other").send().await.expect("an answer");
        }
        count
    };
    let count = tokio::time::timeout(Duration::from_secs(30), read).await;
    assert_eq!(count.expect("no call waits for ever"), 100);
}

#[tokio::test]
async fn by_number_a_list_is_whole_whatever_its_total_and_the_size_of_its_pages() {
    let cases = [
        (0, 10, 0),
        (10, 10, 10),
        (25, 10, 25),
        (25, 10, 0),
        (25, 10, 99),
        (5, 10, 9),
        (25, 3, 25),
        (24, 3, 24),
        (25, 3, 26),
        (25, 3, 99),
        (4, 1, 4),
    ];
    for (total, cap, told) in cases {
        for ahead in [1, 4] {
            let server = far(move |request| {
                let size = number(request, "size").min(cap);
                let begin = ((number(request, "page") - 1) * size).min(total);
                let page = rows(begin, (begin + size).min(total));
                ResponseTemplate::new(200).insert_header("x-total", told.to_string()).set_body_json(page)
            })
            .await;
            let paging = Paging::by_number("page", "size", 10).total_in_header("x-total").ahead(ahead);
            let list = transport(&server).list("things", &paging).all().await;
            let what = format!("{total} of {told} by {cap}, {ahead} ahead");
            assert_eq!(list.expect("a list"), rows(0, total), "{what}");
            if (cap, told) == (10, total) {
                let pages = total / 10 + 1;
                assert_eq!(asked(&server).await.len(), pages, "no more calls than it has pages: {what}");
            }
        }
    }
}

#[tokio::test]
async fn by_number_the_total_may_be_in_the_body_and_each_page_is_told_of() {
    let server = far(|request| {
        let begin = (number(request, "page") - 1) * 10;
        let data = rows(begin.min(25), (begin + 10).min(25));
        ResponseTemplate::new(200).set_body_json(json!({"total": 25.0, "data": data}))
    })
    .await;
    let seen = Mutex::new(Vec::new());
    let paging = Paging::by_number("page", "size", 10).rows_in("data").total_in("total").ahead(4);
    let list = transport(&server)
        .list("things", &paging)
        .each_page(|rows, total| seen.lock().expect("nobody panicked").push((rows, total)));
    assert_eq!(list.all().await.expect("a list").len(), 25);
    assert_eq!(seen.into_inner().expect("nobody panicked"), [(10, Some(25)), (10, Some(25)), (5, Some(25))]);
}

#[tokio::test]
async fn by_cursor_a_list_ends_where_no_next_one_is_named() {
    for last in [json!(null), json!("")] {
        let server = far(move |request| {
            let (data, next) = match parameter(request, "cursor").as_deref() {
                None => (rows(0, 2), json!(" a=b ")),
                Some(" a=b ") => (rows(2, 3), json!(17)),
                Some("17") => (rows(3, 4), last.clone()),
                other => panic!("{other:?}"),
            };
            ResponseTemplate::new(200).set_body_json(json!({"data": data, "next": next}))
        })
        .await;
        let paging = Paging::by_cursor("cursor", "next", "limit", 2).rows_in("data");
        assert_eq!(transport(&server).list("things", &paging).all().await.expect("a list"), rows(0, 4));
    }
}

#[tokio::test]
async fn by_key_a_list_goes_on_behind_the_last_id_of_a_full_page() {
    let uuid = |at: usize| format!("{at:08x}-0000-4000-8000-000000000000");
    let server = far(move |request| {
        let after = parameter(request, "after");
        let behind = (0..5).map(uuid).filter(|id| after.as_ref().is_none_or(|after| id > after)).take(2);
        ResponseTemplate::new(200).set_body_json(behind.map(|id| json!({"id": id})).collect::<Vec<_>>())
    })
    .await;
    let paging = Paging::by_key("after", "limit", 2);
    assert_eq!(transport(&server).list("things", &paging).all().await.expect("a list").len(), 5);

    let nameless = far(|_| ResponseTemplate::new(200).set_body_json(json!([{}, {}]))).await;
    let error =
        transport(&nameless).list("things", &paging).all().await.expect_err("nobody knows what follows");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("id")));
}

#[tokio::test]
async fn by_link_only_the_links_query_is_followed() {
    let server = far(|request| {
        let (data, next) = match parameter(request, "page").as_deref() {
            Some("1") => (rows(0, 2), json!("/elsewhere/things?page=2&kept=yes")),
            Some("2") => (rows(2, 3), json!(null)),
            other => panic!("{other:?}"),
        };
        ResponseTemplate::new(200).set_body_json(json!({"data": data, "next": next}))
    })
    .await;
    let paging = Paging::by_link("next", &[("page", "1")], "size", 2).rows_in("data");
    let list = transport(&server).list("things", &paging).query("since", 1);
    assert_eq!(list.all().await.expect("a list"), rows(0, 3));
    assert_eq!(asked(&server).await, ["page=2&kept=yes", "since=1&page=1&size=2"]);
}

#[tokio::test]
async fn an_answer_that_holds_no_list_names_the_field() {
    let server = far(|_| ResponseTemplate::new(200).set_body_json(json!({"items": []}))).await;
    let paging = Paging::by_number("page", "size", 2).rows_in("data");
    let error = transport(&server).list("things", &paging).all().await.expect_err("no list");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("data")));
}

#[tokio::test]
async fn an_empty_list_may_have_no_body() {
    let server = far(|_| ResponseTemplate::new(204)).await;
    let paging = Paging::by_number("page", "size", 2).rows_in("data");
    assert!(transport(&server).list("things", &paging).all().await.expect("a list").is_empty());
}

#[tokio::test]
async fn an_empty_list_may_be_an_error_answer_and_a_record_that_is_not_there_stays_one() {
    const PAGING: Paging =
        Paging::by_number("page", "size", 2).empty_if(|status, body| status == 404 && body.starts_with(b"{"));
    let server = far(|request| match number(request, "page") {
        1 => ResponseTemplate::new(200).set_body_json(rows(0, 2)),
        _ => ResponseTemplate::new(404).set_body_json(json!({"message": "nothing"})),
    })
    .await;
    let far = transport(&server);
    assert_eq!(far.list("things", &PAGING).all().await.expect("a list").len(), 2, "none behind a full page");
    let error = far.get("things").query("page", 2).send().await.expect_err("no list");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = far.list("elsewhere", &PAGING).all().await.expect_err("an answer of another kind");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_row_with_an_id_of_letters_that_comes_twice_hides_none_behind_it() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    let server = far(move |request| {
        let offset = number(request, "offset");
        told.lock().expect("nobody panicked").push(offset);
        let ids = ["a", "b", "c", "d", "e"];
        // The last row of the first page comes twice in it.
        let page: Vec<_> = match offset {
            0 => vec!["a", "b", "b"],
            offset => ids.into_iter().skip(offset).take(3).collect(),
        };
        ResponseTemplate::new(200).set_body_json(page.iter().map(|id| json!({"id": id})).collect::<Vec<_>>())
    })
    .await;
    let pages = transport(&server).list("things", &Paging::by_offset("offset", "limit", 3)).pages();
    let pages: Vec<_> = pages.map(|page| page.expect("a page")).collect().await;
    assert_eq!(pages.concat().last(), Some(&json!({"id": "e"})));
    assert_eq!(asked.lock().expect("nobody panicked")[..2], [0, 2]);
}
