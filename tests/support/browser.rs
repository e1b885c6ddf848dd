//! A browser without scripts: cookies, redirects, refreshing pages, forms.

use std::collections::BTreeMap;

use reqwest::{
    Method,
    header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE},
};
use scraper::{Html, Selector};
use url::Url;

use super::house::client;

/// One browser of one person.
pub struct Browser {
    http: reqwest::Client,
    /// Cookies by name; the tests talk to one host only.
    pub cookies: BTreeMap<String, String>,
    /// Sent as `Accept-Language`.
    pub language: &'static str,
    /// Sent as `User-Agent`.
    pub agent: Option<&'static str>,
    /// Where it sits, as a proxy would say it (`X-Forwarded-For`), to a server that believes one.
    pub address: Option<String>,
}

/// What a browser shows, or where it would go.
pub struct Page {
    /// Status of the last answer.
    pub status: u16,
    /// The address of it.
    pub url: Url,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
    /// The address of another origin to which it sends the browser.
    pub left_for: Option<Url>,
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    /// A fresh one.
    pub fn new() -> Self {
        Self { http: client(), cookies: BTreeMap::new(), language: "vi", agent: None, address: None }
    }

    /// A fresh one at an address.
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: Some(address.into()), ..Self::new() }
    }

    /// One exchange, nothing followed.
    pub async fn get(&mut self, address: &str) -> Page {
        self.send(Method::GET, address, None).await
    }

    /// Posts a form, nothing followed.
    pub async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Page {
        self.send(Method::POST, address, Some(fields)).await
    }

    async fn send(&mut self, method: Method, address: &str, form: Option<&[(&str, &str)]>) -> Page {
        self.try_send(method, address, form).await.expect("the server answers")
    }

    /// Like [`open`](Self::open), for a server that may be gone: `None`.
    pub async fn try_open(&mut self, address: &str) -> Option<Page> {
        let page = self.try_send(Method::GET, address, None).await?;
        self.try_follow(page).await
    }

    /// Like [`submit`](Self::submit), for a server that may be gone.
    pub async fn try_submit(&mut self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Option<Page> {
        let (action, all) = page.filled(form, fields);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page = self.try_send(Method::POST, action.as_str(), Some(&all)).await?;
        self.try_follow(page).await
    }

    async fn try_send(&mut self, method: Method, address: &str, form: Option<&[(&str, &str)]>) -> Option<Page> {
        let mut request =
            self.http.request(method, address).header("accept", "text/html").header("accept-language", self.language);
        if let Some(agent) = self.agent {
            request = request.header("user-agent", agent);
        }
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some(form) = form {
            request = request.form(form);
        }
        let answer = request.send().await.ok()?;
        for line in answer.headers().get_all(SET_COOKIE) {
            self.keep(line.to_str().expect("text"));
        }
        let (status, url, headers) = (answer.status().as_u16(), answer.url().clone(), answer.headers().clone());
        Some(Page { status, url, headers, body: answer.text().await.ok()?, left_for: None })
    }

    fn keep(&mut self, line: &str) {
        let mut parts = line.split("; ");
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie");
        if parts.any(|attribute| attribute == "Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Opens an address and follows redirects and refreshing pages, until there is a page to read or the browser is sent to another origin.
    pub async fn open(&mut self, address: &str) -> Page {
        let page = self.get(address).await;
        self.follow(page).await
    }

    /// Goes on from an answer.
    pub async fn follow(&mut self, page: Page) -> Page {
        self.try_follow(page).await.expect("the server answers")
    }

    async fn try_follow(&mut self, mut page: Page) -> Option<Page> {
        for _ in 0..12 {
            let Some(next) = page.onward() else { return Some(page) };
            if next.origin() != page.url.origin() {
                page.left_for = Some(next);
                return Some(page);
            }
            page = self.try_send(Method::GET, next.as_str(), None).await?;
        }
        panic!("the browser goes round in circles at {}", page.url);
    }

    /// Fills a form of a page and sends it; `fields` win over what stands in it.
    pub async fn submit(&mut self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.submit_only(page, form, fields).await;
        self.follow(answer).await
    }

    /// Fills a form of a page and sends it, following nothing.
    pub async fn submit_only(&mut self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
        let (action, all) = page.filled(form, fields);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(action.as_str(), &all).await
    }
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

impl Page {
    /// `data-page` of the body.
    pub fn name(&self) -> String {
        self.attribute("body", "data-page").unwrap_or_default()
    }

    /// The text of the first element that fits.
    pub fn text(&self, css: &str) -> Option<String> {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css)).next().map(|found| found.text().collect::<String>().trim().to_owned())
    }

    /// An attribute of the first element that fits.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css)).next().and_then(|found| found.attr(name)).map(str::to_owned)
    }

    /// Whether an element is there.
    pub fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.body).select(&selector(css)).next().is_some()
    }

    /// Where this answer sends the browser: `Location`, or the refresh of the page.
    pub fn onward(&self) -> Option<Url> {
        if let Some(location) = self.headers.get(LOCATION) {
            return self.url.join(location.to_str().ok()?).ok();
        }
        let refresh = self.attribute("meta[http-equiv=refresh]", "content")?;
        let (_, address) = refresh.split_once("url=")?;
        self.url.join(address.trim_matches('\'')).ok()
    }

    /// A form with `fields` laid over what stands in it.
    fn filled(&self, form: &str, fields: &[(&str, &str)]) -> (Url, Vec<(String, String)>) {
        let (action, mut all) = self.form(form);
        for (name, value) in fields {
            all.retain(|(known, _)| known != name);
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
        (action, all)
    }

    /// The action and the hidden and filled fields of a form.
    fn form(&self, id: &str) -> (Url, Vec<(String, String)>) {
        let html = Html::parse_document(&self.body);
        let form = html.select(&selector(&format!("form#{id}"))).next();
        let form = form.unwrap_or_else(|| panic!("no form#{id} on {} ({}): {}", self.url, self.status, self.body));
        let action = self.url.join(form.attr("action").unwrap_or_default()).expect("an address");
        let inputs = form.select(&selector("input[name]")).collect::<Vec<_>>();
        // As browsers do: a box that is not ticked is not sent.
        let is_sent = |input: &&scraper::ElementRef<'_>| {
            !matches!(input.attr("type"), Some("checkbox" | "radio")) || input.attr("checked").is_some()
        };
        let fields = inputs.iter().filter(is_sent).filter_map(|input| {
            Some((input.attr("name")?.to_owned(), input.attr("value").unwrap_or_default().to_owned()))
        });
        (action, fields.collect())
    }

    /// A parameter of the address to which the browser was sent.
    pub fn returned(&self, name: &str) -> Option<String> {
        let left = self.left_for.as_ref()?;
        left.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}
