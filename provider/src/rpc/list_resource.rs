//! ValidateListResourceConfig, and ListResource, which answers with one event for each object as it is found.

use std::sync::Arc;

use hotswap_sdk::{Diagnostics, Found, ListResource, Listed, Provider, Resource, identity, validate};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status};

use super::{
    Answer,
    answer::{answer, in_task},
};
use crate::{
    proto::tfplugin6::{
        list_resource::{Event, Request},
        validate_list_resource_config as validate_config,
    },
    wire,
};

/// The events on their way to the client.
pub(super) type Events = ReceiverStream<Result<Event, Status>>;

type Sender = mpsc::Sender<Result<Event, Status>>;

fn list_resource(provider: &dyn Provider, name: &str) -> Result<Arc<dyn ListResource>, Diagnostics> {
    provider.list_resources().get(name).cloned().ok_or_else(|| super::unknown_type("list resource", name))
}

pub(super) async fn validate(provider: Arc<dyn Provider>, request: validate_config::Request) -> Answer<validate_config::Response> {
    let kind = request.type_name.clone();
    answer("ValidateListResourceConfig", &kind, Default::default(), async move {
        let list = list_resource(provider.as_ref(), &request.type_name)?;
        let config = wire::decode(request.config.as_ref(), &list.schema().ty())?;
        Ok(validate_config::Response { diagnostics: wire::diagnostics(validate::against_schema(list.schema(), &config)) })
    })
    .await
}

/// Answers at once; what can't be done, and what goes wrong later, is told in an event.
pub(super) fn list(provider: Arc<dyn Provider>, request: Request) -> Response<Events> {
    let (events, receiver) = mpsc::channel(16);
    let kind = request.type_name.clone();
    tokio::spawn(async move {
        let told = events.clone();
        let problems = match in_task("ListResource", &kind, find(provider, request, events)).await {
            Ok(Ok(problems) | Err(problems)) => problems,
            Err(crash) => crash.diagnostic("ListResource").into(),
        };
        if !problems.is_empty() {
            // A client that is gone has heard enough.
            let _ = told.send(Ok(Event { diagnostic: wire::diagnostics(problems), ..Event::default() })).await;
        }
    });
    Response::new(ReceiverStream::new(receiver))
}

async fn find(provider: Arc<dyn Provider>, request: Request, events: Sender) -> Result<Diagnostics, Diagnostics> {
    let list = list_resource(provider.as_ref(), &request.type_name)?;
    let resource = super::resource(provider.as_ref(), &request.type_name)?;
    let config = list.schema().with_defaults(wire::decode(request.config.as_ref(), &list.schema().ty())?);
    // No limit, or nonsense in its place, is all there is.
    let limit = usize::try_from(request.limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let (found, listed) = Found::channel();
    let search = async {
        let found = found;
        list.list(config, &found).await
    };
    let (problems, ()) = tokio::join!(search, pass_on(listed, limit, resource.as_ref(), request.include_resource_object, &events));
    Ok(problems)
}

/// Passes on what is found until there are as many as wanted or the client is gone; then the search learns that it may end.
async fn pass_on(mut listed: mpsc::Receiver<Listed>, limit: usize, resource: &dyn Resource, whole: bool, events: &Sender) {
    for _ in 0..limit {
        let Some(listed) = listed.recv().await else { return };
        if events.send(Ok(event(listed, resource, whole))).await.is_err() {
            return;
        }
    }
}

fn event(listed: Listed, resource: &dyn Resource, whole: bool) -> Event {
    let display_name = listed.display_name.clone();
    let encoded = || -> Result<Event, Diagnostics> {
        let (identity, object) = listed.identified(resource)?;
        let object = wire::encode(&object, &resource.schema().ty()).map_err(hotswap_sdk::Diagnostic::from)?;
        Ok(Event {
            identity: Some(wire::identity(identity::schema_of(resource)?, &identity)?),
            display_name,
            resource_object: whole.then_some(object),
            diagnostic: Vec::new(),
        })
    };
    encoded().unwrap_or_else(|problems| Event { diagnostic: wire::diagnostics(problems), ..Event::default() })
}
