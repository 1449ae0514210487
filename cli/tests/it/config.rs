//! Configurations that are odd, through the library.

use std::path::Path;

use latchel_sync_cli::{Config, Failure};

const GOOD: &str = r#"
[[account]]
name = "main"
time_zone = "America/Los_Angeles"
sync_method = "all"

[account.platform]
adapter = "buildium"
client_id = "hunter2"
client_secret = "hunter2"

[account.latchel]
adapter = "latchel-gateway"
base_url = "https://latchel.example.com"
api_key = "hunter2"
"#;

fn parse(text: &str) -> Result<Config, Failure> {
    Config::parse(Path::new("latchel-sync.toml"), text.to_owned())
}

fn refusal(text: &str) -> String {
    let connected = |config: Config| config.far_sides().and_then(|_| config.webhooks()).map(|_| ());
    parse(text).and_then(connected).expect_err(text).to_string()
}

#[test]
fn what_is_printed_for_debugging_holds_no_secret() {
    let config = parse(GOOD).expect("a configuration");
    let far_sides = config.far_sides().expect("adapters");
    let text = format!("{config:?} {far_sides:?}");
    assert!(text.contains("main") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_mistake_in_an_inline_table_is_reported_whatever_letters_stand_before_it() {
    for name in ["aaaaaaaaaaaa", "éééééééééééé", "aééééééééééé", "💧💧💧💧"] {
        let text = format!(
            "account = [{{name=\"{name}\", time_zone=\"UTC\", sync_method=\"none\", platform={{adapter=\"x\"}}, latchel={{}}}}]"
        );
        let refusal = refusal(&text);
        assert!(
            refusal.starts_with("latchel-sync.toml:1:12: platform.adapter: there is no adapter \"x\""),
            "{refusal}"
        );
    }
}

#[test]
fn a_file_for_the_gateway_under_its_former_name_is_told_the_new_one() {
    let old = GOOD.replace("latchel-gateway", "latchel");
    for (text, key) in [
        (old.clone(), "latchel.base_url"),
        (old.replace("adapter = \"latchel\"\n", ""), "latchel.base_url"),
        (old.replace("example.com", "example.com/v1"), "latchel.base_url"),
        (old.replace("base_url", "calls_per_second = 10\nbase_url"), "latchel.calls_per_second"),
        (
            old.replace(
                "https://latchel.example.com",
                "https://papi.latchel.com/v1\"\ncalls_per_second = \"10",
            ),
            "latchel.calls_per_second",
        ),
    ] {
        let refusal = refusal(&text);
        assert!(
            refusal.contains(key) && refusal.contains("adapter = \"latchel-gateway\""),
            "{text}{refusal}"
        );
    }
    for address in ["https://papi.latchel.com/v1", "https://latchel-demo.com/v1", "http://127.0.0.1:9/v1"] {
        let text = old.replace("https://latchel.example.com", address);
        parse(&text).and_then(|config| config.far_sides()).expect(address);
    }
    let proxied = old.replace("example.com\"", "example.com/v1\"\nother_host = true");
    parse(&proxied).and_then(|config| config.far_sides()).expect("a proxy");
}

#[test]
fn a_lease_is_a_day_at_most() {
    parse(&format!("lease = \"1day\"\n{GOOD}")).expect("a day");
    for lease in ["25h", "99999999years"] {
        let refusal = refusal(&format!("lease = \"{lease}\"\n{GOOD}"));
        assert!(refusal.contains("lease: a killed run may keep others out for a day at most"), "{refusal}");
    }
}

#[test]
fn a_credential_may_say_on_which_day_it_stops_working() {
    for day in ["2027-03-01", "\"2027-03-01\""] {
        let text = GOOD
            .replace("client_id", &format!("expires = {day}\nclient_id"))
            .replace("api_key", &format!("expires = {day}\napi_key"));
        parse(&text).and_then(|config| config.far_sides()).expect("a configuration");
    }
    for (day, shown) in [("\"soon\"", "soon"), ("2027-03-01T00:00:00Z", "2027-03-01T00:00:00Z"), ("14", "14")]
    {
        let refusal = refusal(&GOOD.replace("api_key", &format!("expires = {day}\napi_key")));
        let expected =
            format!("latchel-sync.toml:15:1: latchel.expires: \"{shown}\" is not a day such as 2027-03-01");
        assert_eq!(refusal, expected);
    }
}

#[test]
fn the_addresses_of_pages_can_be_overridden_and_must_be_some() {
    let with = |pages: &str| GOOD.replace("api_key", &format!("pages = {pages}\napi_key"));
    parse(&with("{ site = \"https://example.com\", work_order = \"/jobs/{id}\" }")).expect("addresses");
    for (pages, part) in [("{ sites = \"https://example.com\" }", "sites"), ("7", "latchel.pages")] {
        let refusal = refusal(&with(pages));
        assert!(
            refusal.contains("latchel-sync.toml:15:1: latchel.pages") && refusal.contains(part),
            "{refusal}"
        );
    }
}

const WEBHOOKS: &str = r#"
[account.webhooks]
latchel_key = "hunter2"

[account.webhooks.platform]
secret = "hunter2"
"#;

#[test]
fn each_side_is_listened_to_that_has_its_settings() {
    let heard = |text: &str| {
        let config = parse(text).expect("a configuration");
        let readers = config.webhooks().expect("readers");
        assert!(!format!("{config:?} {readers:?}").contains("hunter2"));
        (readers[0].latchel.is_some(), readers[0].platform.is_some())
    };
    let latchel = "[account.webhooks]\nlatchel_key = \"hunter2\"\n";
    assert_eq!(heard(GOOD), (false, false));
    assert_eq!(heard(&format!("{GOOD}{WEBHOOKS}")), (true, true));
    assert_eq!(heard(&format!("{GOOD}{latchel}")), (true, false));
    // The keys with which AppFolio signs are public, so that there is nothing to set.
    let appfolio =
        GOOD.replace("adapter = \"buildium\"", "adapter = \"appfolio\"\ndeveloper_id = \"hunter2\"");
    assert_eq!(heard(&appfolio), (false, false));
    assert_eq!(heard(&format!("{appfolio}[account.webhooks.platform]\n")), (false, true));
}

#[test]
fn a_mistake_in_the_webhooks_names_the_key_and_its_line() {
    let without_secret = WEBHOOKS.replace("secret = \"hunter2\"", "");
    let unset = WEBHOOKS.replace("secret = \"hunter2\"", "secret = { env = \"NOT_SET_ANYWHERE\" }");
    for (webhooks, problem) in [
        (WEBHOOKS.replace("latchel_key", "latchel_kye"), "18:1: unknown field `latchel_kye`"),
        (
            WEBHOOKS.replace("secret", "secert"),
            "21:1: webhooks.platform.secert: is not a setting of this adapter",
        ),
        (without_secret, "20:1: webhooks.platform.secret: is missing"),
        (unset, "21:1: webhooks.platform.secret: the environment variable NOT_SET_ANYWHERE is not set"),
        (
            WEBHOOKS.replace("latchel_key = \"hunter2\"", "latchel_key = 7"),
            "18:1: webhooks.latchel_key: a secret is",
        ),
    ] {
        let refusal = refusal(&format!("{GOOD}{webhooks}"));
        assert!(refusal.contains(problem), "{refusal}");
    }
    let doorloop = GOOD.replace("adapter = \"buildium\"", "adapter = \"doorloop\"\ntoken = \"hunter2\"");
    let doorloop = doorloop.replacen("client_id = \"hunter2\"\nclient_secret = \"hunter2\"\n", "", 1);
    let refusal = refusal(&format!("{doorloop}{WEBHOOKS}"));
    assert!(refusal.contains("webhooks.platform: the adapter \"doorloop\" has no webhooks"), "{refusal}");
}

#[test]
fn every_adapter_takes_a_limit_group_and_it_is_a_name() {
    let with =
        |group: &str| GOOD.replace("adapter = \"buildium\"", &format!("adapter = \"buildium\"\n{group}"));
    parse(&with("limit_group = \"acme\"")).expect("a configuration").far_sides().expect("far sides");
    for group in ["limit_group = 7", "limit_group = \" \""] {
        let refusal = refusal(&with(group));
        assert!(refusal.contains("platform.limit_group: is not a name"), "{refusal}");
    }
}

#[test]
fn a_mistake_about_the_server_names_the_key_and_says_what_to_write() {
    for (server, mistake) in [
        ("listen = \"127.0.0.1\"", "listen: \"127.0.0.1\" is not an address with a port, as 127.0.0.1:8787"),
        ("retention = \"1h\"", "retention: \"1h\" is not a span of a day or more, as 90d"),
        ("public_url = \"sync.example\"", "public_url"),
    ] {
        let refusal = refusal(&format!("{GOOD}\n[server]\n{server}"));
        assert!(refusal.contains(mistake) && refusal.starts_with("latchel-sync.toml:"), "{refusal}");
    }
}

#[test]
fn alerts_are_looked_at_before_the_server_starts() {
    let email = "[server.alerts.email]\nsmtp = \"smtps://u:hunter2@mail.example\"\nfrom = \"a@b.example\"\n";
    parse(&format!("{GOOD}\n{email}to = [\"ops@b.example\"]")).expect("alerts");
    for (alerts, mistake) in [
        ("[server.alerts]\nfailed_runs = 0", "it must be 1 or more"),
        ("[server.alerts]\nfailed_records_for = \"long\"", "is not a span such as 30m or 1h"),
        ("[server.alerts]\nwebhook = { env = \"NO_SUCH_VARIABLE\" }", "NO_SUCH_VARIABLE is not set"),
        ("[server.alerts]\nwebhook = { path = \"x\" }", "a secret is a text, { env"),
        ("[server.alerts]\nwebhook = \"http://hunter2.example\"", "must begin with https://"),
        (&*format!("{email}to = []"), "email.to"),
    ] {
        let refusal = refusal(&format!("{GOOD}\n{alerts}"));
        assert!(refusal.contains(mistake) && refusal.starts_with("latchel-sync.toml:"), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}
