//! What of the protocol this server can do, where clients have to be told.

use crate::proto::tfplugin6::ServerCapabilities;

/// The same for every provider: it is the sdk that can or can't.
pub(super) fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        // No resource has a say in its destruction.
        plan_destroy: false,
        // Nothing is set up by asking for the schemas.
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    }
}
