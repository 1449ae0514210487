//! Addresses of the pages on which people see a system's records: templates in the adapter's descriptor, and what they come to
//! for one account.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::model::{PropertyRef, ResidentRef};
use crate::{Error, ErrorKind, Result};

/// Templates of the addresses of a system's pages, as a descriptor has them. The configuration can override each part
/// ([`PageOverrides`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PageTemplates {
    /// Beginning of every address.
    pub site: Site,
    /// Page of a work order, with `{id}`, `{number}`, `{request}` (the number before its `-`) or `{slug}` (Latchel's word for it).
    pub work_order: Option<PageTemplate>,
    /// Page of a property, with `{property}`.
    pub property: Option<PageTemplate>,
    /// Page of a unit, with `{property}` and `{unit}`.
    pub unit: Option<PageTemplate>,
    /// Page of a resident, with `{resident}` and `{property}`.
    pub resident: Option<PageTemplate>,
}

impl PageTemplates {
    /// Templates of a system whose pages nobody knows.
    pub const NONE: Self =
        Self { site: Site::Unknown, work_order: None, property: None, unit: None, resident: None };
}

/// Scheme and host of a system's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Site {
    /// The same for all customers.
    Shared(&'static str),
    /// One for each customer, whose own word stands for the `*` and also begins the host of the setting `base_url`.
    OfBaseUrl(&'static str),
    /// One for each customer, whose own word stands for the `*`; no other setting has it.
    OfCustomer(&'static str),
    /// Nobody knows.
    Unknown,
}

/// The part of an address after its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PageTemplate {
    /// Path, query and fragment, with names in braces for ids.
    pub path: &'static str,
    /// True if no public source has it.
    pub is_guess: bool,
}

impl PageTemplate {
    /// A template that public sources have.
    pub const fn seen(path: &'static str) -> Option<Self> {
        Some(Self { path, is_guess: false })
    }

    /// A template that is a guess.
    pub const fn guess(path: &'static str) -> Option<Self> {
        Some(Self { path, is_guess: true })
    }
}

/// Addresses of the pages of one of an account's two systems that its configuration gives in place of the descriptor's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageOverrides {
    /// Scheme and host.
    pub site: Option<String>,
    /// Page of a work order.
    pub work_order: Option<String>,
    /// Page of a property.
    pub property: Option<String>,
    /// Page of a unit.
    pub unit: Option<String>,
    /// Page of a resident.
    pub resident: Option<String>,
}

/// Addresses of the pages of one system in one account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageAddresses {
    /// Scheme and host; a `*` in it stands for a word of the customer's that nobody told. `None` if the pages are not known.
    pub site: Option<String>,
    /// True if other customers have the same site, so that the address does not tell whose page it is.
    pub is_shared: bool,
    /// Template of a work order's page, after the host.
    pub work_order: Option<String>,
    /// Template of a property's page.
    pub property: Option<String>,
    /// Template of a unit's page.
    pub unit: Option<String>,
    /// Template of a resident's page.
    pub resident: Option<String>,
}

impl PageAddresses {
    /// Addresses by an adapter's templates, the account's setting `base_url`, and what the configuration says instead.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] with the context `key` that names the part that is no address.
    pub fn new(templates: &PageTemplates, base_url: Option<&str>, overrides: &PageOverrides) -> Result<Self> {
        let site = match &overrides.site {
            Some(site) => Some(checked_site(site)?),
            None => site_of(templates.site, base_url),
        };
        let path = |own: Option<PageTemplate>, other: &Option<String>, key, names: &[&str]| match other {
            Some(path) => checked_path(path, key, names).map(Some),
            None => Ok(own.map(|template| template.path.to_owned())),
        };
        Ok(Self {
            is_shared: overrides.site.is_none() && matches!(templates.site, Site::Shared(_)),
            work_order: path(
                templates.work_order,
                &overrides.work_order,
                "pages.work_order",
                &["id", "number", "request", "slug"],
            )?,
            property: path(templates.property, &overrides.property, "pages.property", &["property"])?,
            unit: path(templates.unit, &overrides.unit, "pages.unit", &["property", "unit"])?,
            resident: path(
                templates.resident,
                &overrides.resident,
                "pages.resident",
                &["resident", "property"],
            )?,
            site,
        })
    }

    /// Address of a work order's page, as far as these names of it suffice; `slug` is Latchel's word for it.
    pub fn of_work_order(&self, id: &str, number: Option<&str>, slug: Option<&str>) -> Option<String> {
        let request = number.and_then(|number| number.split('-').next());
        let names = [("id", Some(id)), ("number", number), ("request", request), ("slug", slug)];
        self.address(self.work_order.as_deref()?, &names)
    }

    /// Address of the page of a rentable unit; where a unit has none, that of its property.
    pub fn of_property(&self, reference: &PropertyRef) -> Option<String> {
        let property = ("property", Some(reference.property.as_str()));
        let unit = reference.unit.as_ref().zip(self.unit.as_deref());
        let of_unit =
            unit.and_then(|(unit, path)| self.address(path, &[property, ("unit", Some(unit.as_str()))]));
        of_unit.or_else(|| self.address(self.property.as_deref()?, &[property]))
    }

    /// Address of a resident's page.
    pub fn of_resident(&self, reference: &ResidentRef) -> Option<String> {
        let resident = ("resident", Some(reference.resident.as_str()));
        self.address(self.resident.as_deref()?, &[resident, ("property", Some(reference.property.as_str()))])
    }

    /// `None` while the site is not known whole, or a name is missing.
    fn address(&self, path: &str, names: &[(&str, Option<&str>)]) -> Option<String> {
        let site = self.site.as_deref().filter(|site| !site.contains('*'))?;
        let mut address = format!("{site}{path}");
        for (name, value) in names {
            let place = format!("{{{name}}}");
            if address.contains(&place) {
                address = address.replace(&place, &encoded((*value).filter(|value| !value.is_empty())?));
            }
        }
        Some(address)
    }
}

fn site_of(site: Site, base_url: Option<&str>) -> Option<String> {
    match site {
        Site::Unknown => None,
        Site::Shared(site) | Site::OfCustomer(site) => Some(site.to_owned()),
        Site::OfBaseUrl(pattern) => {
            Some(of_customer(pattern, base_url).unwrap_or_else(|| pattern.to_owned()))
        }
    }
}

/// The pattern with the first word of the host in `base_url`, if that is in the pattern's domain.
fn of_customer(pattern: &str, base_url: Option<&str>) -> Option<String> {
    let host = base_url?.split_once("://")?.1.split(['/', ':', '?', '#']).next()?;
    let (word, rest) = host.split_once('.')?;
    let domain = |host: &str| host.rsplit('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (is_word && domain(rest) == domain(pattern)).then(|| pattern.replace('*', word))
}

fn wrong(key: &'static str, what: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, what.into()).with("key", key)
}

fn checked_site(site: &str) -> Result<String> {
    let site = site.trim_end_matches('/');
    let host = site.strip_prefix("https://").or_else(|| site.strip_prefix("http://")).unwrap_or_default();
    let plain = host.strip_prefix("*.").unwrap_or(host);
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if plain.is_empty() || !plain.chars().all(is_host) {
        return Err(wrong("pages.site", "must be scheme and host, such as https://example.appfolio.com"));
    }
    Ok(site.to_owned())
}

fn checked_path(path: &str, key: &'static str, names: &[&str]) -> Result<String> {
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>' | '\\' | '`');
    if !path.starts_with('/') || path.starts_with("//") || !path.chars().all(is_plain) {
        return Err(wrong(key, "must be what follows the host, and begin with one /"));
    }
    let mut found = false;
    for part in path.split('{').skip(1) {
        let name = part.split_once('}').map(|(name, _)| name).filter(|name| names.contains(name));
        if name.is_none() {
            return Err(wrong(key, format!("{{{part} is none of {{{}}}", names.join("}, {"))));
        }
        found = true;
    }
    if !found {
        return Err(wrong(key, format!("must name one of {{{}}}", names.join("}, {"))));
    }
    Ok(path.to_owned())
}

/// A name within a part of an address: it can neither end that part nor begin another.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte))
            }
            _ => text += &format!("%{byte:02X}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PropertyId, ResidentId, UnitId};

    const TEMPLATES: PageTemplates = PageTemplates {
        site: Site::OfBaseUrl("https://*.example.com"),
        work_order: PageTemplate::seen("/requests/{request}/orders/{id}"),
        property: PageTemplate::guess("/properties/{property}"),
        unit: PageTemplate::guess("/properties/{property}/units/{unit}"),
        resident: None,
    };

    fn addresses(base_url: &str, overrides: &PageOverrides) -> Result<PageAddresses> {
        PageAddresses::new(&TEMPLATES, Some(base_url), overrides)
    }

    #[test]
    fn a_customers_word_is_taken_from_the_base_url_of_the_same_domain_alone() {
        let site = |base_url| addresses(base_url, &PageOverrides::default()).unwrap().site.unwrap();
        assert_eq!(site("https://oak.api.example.com/v1"), "https://oak.example.com");
        assert_eq!(site("https://oak.example.com:8080"), "https://oak.example.com");
        assert_eq!(site("https://oak.example.org"), "https://*.example.com");
        assert_eq!(site("http://127.0.0.1:7001"), "https://*.example.com");
    }

    #[test]
    fn an_address_needs_its_whole_site_and_every_name() {
        let known = addresses("https://oak.example.com", &PageOverrides::default()).unwrap();
        let one = known.of_work_order("7", Some("12-1"), None);
        assert_eq!(one.as_deref(), Some("https://oak.example.com/requests/12/orders/7"));
        assert_eq!(known.of_work_order("7", None, None), None);
        let unknown = addresses("https://example.org", &PageOverrides::default()).unwrap();
        assert_eq!(unknown.of_work_order("7", Some("12-1"), None), None);
    }

    #[test]
    fn a_unit_has_its_own_page_or_its_propertys() {
        let mut known = addresses("https://oak.example.com", &PageOverrides::default()).unwrap();
        let unit = PropertyRef::new(PropertyId::new("a/b"), Some(UnitId::new("2")));
        let page = known.of_property(&unit);
        assert_eq!(page.as_deref(), Some("https://oak.example.com/properties/a%2Fb/units/2"));
        known.unit = None;
        assert_eq!(known.of_property(&unit).as_deref(), Some("https://oak.example.com/properties/a%2Fb"));
        let resident = ResidentRef::new(ResidentId::new("9"), PropertyId::new("1"));
        assert_eq!(known.of_resident(&resident), None);
        known.resident = Some("/people/{resident}".to_owned());
        assert_eq!(known.of_resident(&resident).as_deref(), Some("https://oak.example.com/people/9"));
    }

    #[test]
    fn the_configuration_comes_before_the_descriptor() {
        let overrides = PageOverrides {
            site: Some("http://127.0.0.1:7001/".to_owned()),
            work_order: Some("/wo?n={number}".to_owned()),
            ..PageOverrides::default()
        };
        let known = addresses("https://oak.example.com", &overrides).unwrap();
        assert_eq!(
            known.of_work_order("7", Some("1 2&"), None).as_deref(),
            Some("http://127.0.0.1:7001/wo?n=1%202%26")
        );
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_key() {
        let site = |site: &str| PageOverrides { site: Some(site.to_owned()), ..PageOverrides::default() };
        for wrong in [
            "javascript:alert(1)",
            "https://",
            "https://a.example/path",
            "https://a b",
            "//a",
            "https://a*.b",
        ] {
            let error = addresses("", &site(wrong)).unwrap_err();
            assert_eq!(error.context("key"), Some("pages.site"), "{wrong}");
        }
        let path =
            |path: &str| PageOverrides { work_order: Some(path.to_owned()), ..PageOverrides::default() };
        for wrong in ["orders/{id}", "//evil/{id}", "/orders", "/orders/{unit}", "/orders/{id", "/o\"{id}"] {
            let is_refused = addresses("", &path(wrong))
                .is_err_and(|error| error.context("key") == Some("pages.work_order"));
            assert!(is_refused, "{wrong}");
        }
    }
}
