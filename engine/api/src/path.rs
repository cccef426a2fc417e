//! Where things are. `{tenant}` and `{plugin}` take a name or an id.

/// `GET` lists (`names`, `after`, `limit`), `POST` makes.
pub const TENANTS: &str = "/v1/tenants";
/// `GET`, `PUT`, `DELETE`.
pub const TENANT: &str = "/v1/tenants/{tenant}";
/// `GET` lists or searches (`q`, `category`, `tag`, `publisher`, `capability`, `channel`, `names`, `after`, `limit`), `POST` makes.
pub const PLUGINS: &str = "/v1/plugins";
/// `GET`, `PUT`, `DELETE`.
pub const PLUGIN: &str = "/v1/plugins/{plugin}";
/// `GET` tells which tenants run which versions.
pub const ADOPTION: &str = "/v1/plugins/{plugin}/adoption";
/// `GET` lists (`retired=true` for those too), `POST` publishes.
pub const VERSIONS: &str = "/v1/plugins/{plugin}/versions";
/// `GET` tells two versions apart (`from`, `to`).
pub const DIFF: &str = "/v1/plugins/{plugin}/diff";
/// `GET` lists the live ones of all plugins (`names=plugin/version,…`, `after`, `limit`).
pub const ALL_VERSIONS: &str = "/v1/versions";
/// `GET`, `PATCH` changes channel and notes, `DELETE` retires.
pub const VERSION: &str = "/v1/plugins/{plugin}/versions/{version}";
/// `GET` by id.
pub const VERSION_BY_ID: &str = "/v1/versions/{id}";
/// `PUT` uploads, `GET` tells what was read from it.
pub const COMPONENT: &str = "/v1/components/{sha256}";
/// `GET` gives its bytes.
pub const COMPONENT_CONTENT: &str = "/v1/components/{sha256}/content";
/// `POST` removes what nothing refers to.
pub const STORAGE_GC: &str = "/v1/storage/gc";
/// `POST` reads a part of what is kept and tells what is damaged.
pub const STORAGE_VERIFY: &str = "/v1/storage/verify";
/// `GET` lists those of all tenants (`names=tenant/deployment,…`, `after`, `limit`).
pub const DEPLOYMENTS: &str = "/v1/deployments";
/// `GET` by id.
pub const DEPLOYMENT_BY_ID: &str = "/v1/deployments/{id}";
/// `GET` lists those of one tenant.
pub const TENANT_DEPLOYMENTS: &str = "/v1/tenants/{tenant}/deployments";
/// `GET` (`live=true`), `PUT` makes or changes, `DELETE`.
pub const DEPLOYMENT: &str = "/v1/tenants/{tenant}/deployments/{deployment}";
/// `POST` tells what `PUT` would do.
pub const PREVIEW: &str = "/v1/tenants/{tenant}/deployments/{deployment}/preview";
/// `POST` rolls a held spec out once more.
pub const RETRY: &str = "/v1/tenants/{tenant}/deployments/{deployment}/retry";
/// `GET` lists, the newest first.
pub const REVISIONS: &str = "/v1/tenants/{tenant}/deployments/{deployment}/revisions";
/// `GET` lists, the newest first.
pub const ROLLOUTS: &str = "/v1/tenants/{tenant}/deployments/{deployment}/rollouts";
/// `GET`.
pub const ROLLOUT: &str = "/v1/rollouts/{rollout}";
/// `GET`: a list, or with `Accept: text/event-stream` a stream that ends with the rollout; `after` skips.
pub const ROLLOUT_EVENTS: &str = "/v1/rollouts/{rollout}/events";
/// `POST` sends it back.
pub const ROLLOUT_ABORT: &str = "/v1/rollouts/{rollout}/abort";
/// `POST` lets it leave the stage it waits in.
pub const ROLLOUT_PROMOTE: &str = "/v1/rollouts/{rollout}/promote";
/// `POST` keeps it where it is.
pub const ROLLOUT_PAUSE: &str = "/v1/rollouts/{rollout}/pause";
/// `POST` lets it go on.
pub const ROLLOUT_RESUME: &str = "/v1/rollouts/{rollout}/resume";
/// `POST` tells which versions a plugin and all it needs would get.
pub const RESOLUTION: &str = "/v1/resolution";
/// `GET` lists those that are good, `POST` makes.
pub const TOKENS: &str = "/v1/tokens";
/// `GET`, `PATCH` changes description, life and value, `DELETE` revokes.
pub const TOKEN: &str = "/v1/tokens/{token}";
/// `POST` lets it live on.
pub const TOKEN_RENEW: &str = "/v1/tokens/{token}/renew";

/// Puts values into the places of a path: `fill(TENANT, &["acme"])`. Values are names, ids and versions, which need no escaping.
pub fn fill(template: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut values = values.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (_, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(values.next().copied().unwrap_or_default());
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_order() {
        assert_eq!(fill(DEPLOYMENT, &["acme", "hello"]), "/v1/tenants/acme/deployments/hello");
        assert_eq!(fill(TENANTS, &[]), "/v1/tenants");
    }
}
