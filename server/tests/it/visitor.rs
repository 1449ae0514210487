use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use std::net::SocketAddr;
use tower::ServiceExt;

/// Somebody who sends requests: with a browser, which keeps one cookie and says which page a request comes from, or a program with
/// a token.
#[derive(Debug, Clone)]
pub struct Visitor {
    router: Router,
    /// Address at which they open the dashboard, as `http://127.0.0.1:8787`.
    origin: String,
    /// Address that they send from.
    pub from: SocketAddr,
    /// As `name=value`.
    pub cookie: Option<String>,
    pub token: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// A header's value, or an empty one.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }
}

impl Visitor {
    pub fn of(router: Router, origin: &str) -> Self {
        let from = SocketAddr::from(([127, 0, 0, 1], 50_000));
        Self { router, origin: origin.to_owned(), from, cookie: None, token: None }
    }

    /// The same with a token instead of a browser.
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// The same who reaches the server at another address.
    pub fn at(self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request("GET", path), Body::empty()).await
    }

    /// Sends a form, whose values are encoded already.
    pub async fn post(&mut self, path: &str, form: &str) -> Answer {
        let request = self.request("POST", path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(form.to_owned())).await
    }

    pub async fn log_in(&mut self, name: &str, password: &str) -> Answer {
        let password = password.replace(' ', "+");
        self.post("/login", &format!("name={name}&password={password}")).await
    }

    /// A request as this visitor sends it, to be changed further.
    pub fn request(&self, method: &str, path: &str) -> Builder {
        let host = self.origin.split_once("://").expect("an origin").1;
        let mut request = Request::builder().method(method).uri(path).header(HOST, host);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None if method == "GET" => request,
            None => request.header(ORIGIN, &self.origin),
        }
    }

    /// Sends a request; keeps or drops the cookie as the answer says.
    pub async fn send(&mut self, request: Builder, body: Body) -> Answer {
        let request = request.extension(ConnectInfo(self.from)).body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        if let Some(set) = parts.headers.get(SET_COOKIE) {
            let cookie = set.to_str().expect("text").split(';').next().unwrap_or_default();
            self.cookie = (!cookie.ends_with('=')).then(|| cookie.to_owned());
        }
        let body = String::from_utf8(body.to_vec()).expect("text");
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}
