//! Logs for Terraform: one JSON object a line on stderr, which Terraform shows by TF_LOG or TF_LOG_PROVIDER.
//!
//! Only this project's own events go below warnings: what libraries log at debug level could hold a message's content.

use std::{fmt, io::Write};

use serde_json::{Map, Value};
use time::macros::format_description;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Starts logging, and has panics logged instead of printed. Does nothing if a subscriber is installed already.
pub(crate) fn install() {
    let level = level(|name| std::env::var(name).ok());
    let targets = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("hotswap", level);
    if tracing_subscriber::registry().with(HclogLayer.with_filter(targets)).try_init().is_err() {
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "hotswap_provider", place, "panicked: {}", panic.payload_as_str().unwrap_or("no message"));
    }));
}

fn level(variable: impl Fn(&str) -> Option<String>) -> LevelFilter {
    let wanted = variable("TF_LOG_PROVIDER").or_else(|| variable("TF_LOG")).unwrap_or_default();
    match wanted.to_ascii_uppercase().as_str() {
        "TRACE" | "JSON" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "OFF" => LevelFilter::OFF,
        _ => LevelFilter::ERROR,
    }
}

struct HclogLayer;

/// The fields of a span, kept for the events in it.
struct SpanFields(Map<String, Value>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for HclogLayer {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut fields = Map::new();
        attributes.record(&mut Collect(&mut fields));
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(fields));
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(SpanFields(fields)) = span.extensions_mut().get_mut()
        {
            values.record(&mut Collect(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(SpanFields(fields)) = span.extensions().get() {
                line.extend(fields.clone());
            }
        }
        event.record(&mut Collect(&mut line));
        let message = line.remove("message").unwrap_or_default();
        line.insert("@message".into(), message);
        line.insert("@level".into(), level_name(*event.metadata().level()).into());
        line.insert("@module".into(), event.metadata().target().replace("::", ".").into());
        line.insert("@timestamp".into(), timestamp(time::OffsetDateTime::now_utc()).into());
        // A reader that is gone is no reason to fail.
        let _ = writeln!(std::io::stderr().lock(), "{}", Value::Object(line));
    }
}

fn timestamp(now: time::OffsetDateTime) -> String {
    now.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z")).unwrap_or_default()
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

struct Collect<'a>(&'a mut Map<String, Value>);

impl Visit for Collect<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_providers_own_level_wins() {
        let level = |variables: &'static [(&str, &str)]| {
            level(move |name| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(level(&[("TF_LOG", "trace"), ("TF_LOG_PROVIDER", "WARN")]), LevelFilter::WARN);
        assert_eq!(level(&[("TF_LOG", "debug")]), LevelFilter::DEBUG);
        assert_eq!(level(&[]), LevelFilter::ERROR);
    }

    #[test]
    fn timestamps_have_microseconds() {
        let time = time::OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_012_345_678).unwrap();
        assert_eq!(timestamp(time), "2023-11-14T22:13:20.012345Z");
    }
}
