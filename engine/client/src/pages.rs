//! Lists that come in pages, for whoever may not want all of them.

use std::marker::PhantomData;

use hotswap_api::Page;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::coalesce::LARGEST;
use crate::error::ClientError;
use crate::transport::Call;

/// The pages of a list. Each is one call, sent when it is asked for.
#[derive(Debug)]
pub struct Pages<T> {
    client: Client,
    /// The call for the next page; `None` after the last one.
    next: Option<Call>,
    first: Call,
    items: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Pages<T> {
    /// The next page; `None` after the last one. After an error the same page is asked for again.
    ///
    /// # Errors
    /// As every call.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, ClientError> {
        let Some(call) = &self.next else { return Ok(None) };
        let page: Page<T> = self.client.send(call.clone()).await?;
        self.next = page.next.map(|after| self.first.clone().query("after", after));
        Ok(Some(page.items))
    }
}

impl Client {
    /// A list in its pages.
    pub(crate) fn pages<T>(&self, call: Call) -> Pages<T> {
        let first = call.query("limit", LARGEST.to_string());
        Pages { client: self.clone(), next: Some(first.clone()), first, items: PhantomData }
    }

    /// The whole of a list.
    pub(crate) async fn list<T: DeserializeOwned>(&self, call: Call) -> Result<Vec<T>, ClientError> {
        let mut pages = self.pages(call);
        let mut items = Vec::new();
        while let Some(mut page) = pages.next().await? {
            items.append(&mut page);
        }
        Ok(items)
    }
}
