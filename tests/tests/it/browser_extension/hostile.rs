//! A page that tries to read or click the banner, or to talk to the worker.

use serde_json::{Value, json};

use super::Opened;
use super::syncing::{LATER, arrived, report};

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_page_can_neither_read_nor_click_nor_ask() {
    let opened = Opened::small().await;
    opened.connect().await;
    let (setup, browser) = (&opened.setup, &opened.browser);
    report(setup, "Sink", 501, LATER);
    opened.see("/manager/app/maintenance/vendors/work-orders/81").await;
    browser.banner_shows("✓ Synced").await;
    setup.server.clear_requests();

    let run = async |script: &str| browser.page.execute(script, Vec::new()).await.expect("it runs");
    let host = "document.body.firstElementChild";
    assert_eq!(run(&format!("return {host}.shadowRoot")).await, Value::Null);
    assert_eq!(run(&format!("return {host}.textContent + {host}.innerHTML")).await, json!(""));
    let read = run("return document.body.innerText + document.documentElement.outerHTML").await;
    let read = read.as_str().expect("text");
    assert!(!read.contains("successfully synced") && !read.contains("Sync this one now"), "{read}");
    // Neither a click that a script makes on all that it can reach, nor one at the place where a button is.
    let clicks = format!(
        "const host = {host}; host.click(); const box = host.getBoundingClientRect();
         for (let x = box.left; x < box.right; x += 4) for (let y = box.top; y < box.bottom; y += 4) {{
           const at = document.elementFromPoint(x, y);
           for (const kind of ['pointerdown', 'mousedown', 'mouseup', 'click'])
             at?.dispatchEvent(new MouseEvent(kind, {{bubbles: true, composed: true, clientX: x, clientY: y}}));
         }}"
    );
    run(&clicks).await;
    // Its own style does not hide the banner or make it another.
    run("const style = document.createElement('style');
         style.textContent = '* { display: none !important; opacity: 0 !important } body, html { display: block !important; opacity: 1 !important }';
         document.head.append(style)")
        .await;
    let shown = run(&format!("const box = {host}.getBoundingClientRect(); return box.height > 10")).await;
    assert_eq!(shown, json!(true), "the banner stands");
    assert_eq!(run("return typeof globalThis.chrome?.runtime?.sendMessage").await, json!("undefined"));
    let id = super::POPUP.split('/').nth(2).expect("an id");
    for file in ["worker.js", "banner.js", "popup.html"] {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             fetch('chrome-extension://{id}/{file}').then(() => done('read'), () => done('refused'))"
        );
        let read = browser.page.execute_async(&script, Vec::new()).await.expect("it runs");
        assert_eq!(read, json!("refused"), "{file}");
    }
    // Nor does the server answer to such a page.
    let script = format!(
        "const done = arguments[arguments.length - 1];
         fetch('{}api/v1/pair', {{method: 'POST', body: '{{\"code\":\"AAAA-AAAA\"}}',
           headers: {{'content-type': 'application/json'}}}}).then(() => done('answered'), () => done('refused'))",
        opened.serving.url
    );
    let asked = browser.page.execute_async(&script, Vec::new()).await.expect("it runs");
    assert_eq!(asked, json!("refused"));

    assert!(setup.writes().is_empty(), "nothing was synced");
    assert_eq!(arrived(setup, "Sink"), 0);
    // The hand of whoever sits there still works.
    run("document.head.lastElementChild.remove()").await;
    browser.press_in_banner("Sync this one now").await;
    browser.banner_shows("✓ Synced").await;
    opened.browser.page.clone().close().await.expect("closed");
}
