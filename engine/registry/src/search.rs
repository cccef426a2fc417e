//! Searching plugins. The ranking is one function over what the store gives, so that it is the same on every database.

use hotswap_model::PluginSpec;
use hotswap_store::{Page, Plugin, Tx};

use crate::Result;

/// What is searched for. Everything given must fit; nothing given finds every plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words, each to be found in name, tags, description or publisher; case does not matter.
    pub text: String,
    /// Only of this category.
    pub category: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only of this publisher.
    pub publisher: Option<String>,
}

/// The plugins that fit, the best first, and by name where equally good.
///
/// # Errors
/// If the store fails.
pub async fn search(tx: &mut Tx, query: &Query) -> Result<Vec<Plugin>> {
    let words: Vec<_> = query.text.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<_> =
        tx.list_plugins(&Page::all()).await?.into_iter().filter_map(|plugin| Some((rank(&plugin.spec, query, &words)?, plugin))).collect();
    found.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| left.spec.name.cmp(&right.spec.name)));
    Ok(found.into_iter().map(|(_, plugin)| plugin).collect())
}

/// How well a plugin fits: a place for each word, the best 0. Nothing if it doesn't fit.
fn rank(plugin: &PluginSpec, query: &Query, words: &[String]) -> Option<u32> {
    let is = |wanted: &Option<String>, actual: &Option<String>| wanted.is_none() || wanted == actual;
    let tagged = query.tag.as_ref().is_none_or(|tag| plugin.tags.contains(tag));
    if !is(&query.category, &plugin.category) || !is(&query.publisher, &plugin.publisher) || !tagged {
        return None;
    }
    words.iter().map(|word| place(plugin, word)).sum()
}

/// Where a word is found: 0 it is the name, 1 the name begins with it, 2 the name has it, 3 it is a tag, 4 elsewhere.
fn place(plugin: &PluginSpec, word: &str) -> Option<u32> {
    let name = plugin.name.as_str();
    let has = |text: &Option<String>| text.as_ref().is_some_and(|text| text.to_lowercase().contains(word));
    let tagged = |fits: fn(&str, &str) -> bool| plugin.tags.iter().any(|tag| fits(&tag.to_lowercase(), word));
    if name == word {
        Some(0)
    } else if name.starts_with(word) {
        Some(1)
    } else if name.contains(word) {
        Some(2)
    } else if tagged(|tag, word| tag == word) {
        Some(3)
    } else if tagged(|tag, word| tag.contains(word)) || has(&plugin.description) || has(&plugin.publisher) {
        Some(4)
    } else {
        None
    }
}
