//! What is searched, as it is kept in memory: plugins by slot, and for each term the slots where it stands.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use hotswap_model::{Channel, PluginId};
use hotswap_store::{ChangedPlugin, Plugin, RegistryChanges, VersionFacts};

use super::fit::{BY_NAME, Field, Fit, cost};
use super::words::{forgiven, letters, typos, words};
use super::{Cursor, Found, Part, Query};

/// More words than these are passed over.
const WORDS: usize = 12;

/// Everything that is searched. After the same changes, in whatever parts they came, it is the same.
#[derive(Debug, Default)]
pub(super) struct Index {
    generation: i64,
    slots: Vec<Option<Document>>,
    free: Vec<usize>,
    by_id: HashMap<PluginId, usize>,
    terms: BTreeMap<Box<str>, Term>,
    /// Lists of capabilities, most of which many versions have.
    capabilities: HashSet<Arc<[String]>>,
}

#[derive(Debug)]
struct Document {
    plugin: Plugin,
    versions: Vec<(Channel, Arc<[String]>)>,
}

#[derive(Debug)]
struct Term {
    letters: u64,
    places: Vec<(usize, Field)>,
}

impl Index {
    pub(super) fn generation(&self) -> i64 {
        self.generation
    }

    pub(super) fn apply(&mut self, changes: RegistryChanges) {
        for changed in changes.plugins {
            match changed {
                ChangedPlugin::Live(plugin, versions) => {
                    self.remove(&plugin.id);
                    self.insert(*plugin, versions);
                }
                ChangedPlugin::Ended(id) => self.remove(&id),
            }
        }
        self.generation = changes.generation;
        self.capabilities.retain(|list| Arc::strong_count(list) > 1);
    }

    fn remove(&mut self, id: &PluginId) {
        let Some(slot) = self.by_id.remove(id) else { return };
        let Some(document) = self.slots[slot].take() else { return };
        for (word, _) in fields(&document.plugin) {
            if let Some(term) = self.terms.get_mut(word.as_str()) {
                term.places.retain(|(place, _)| *place != slot);
                if term.places.is_empty() {
                    self.terms.remove(word.as_str());
                }
            }
        }
        self.free.push(slot);
    }

    fn insert(&mut self, plugin: Plugin, versions: Vec<VersionFacts>) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        for (word, field) in fields(&plugin) {
            let letters = letters(&word);
            let term = self.terms.entry(word.into()).or_insert_with(|| Term { letters, places: Vec::new() });
            if !term.places.contains(&(slot, field)) {
                term.places.push((slot, field));
            }
        }
        let versions = versions.into_iter().map(|facts| (facts.channel, self.shared(facts.capabilities))).collect();
        self.by_id.insert(plugin.id.clone(), slot);
        self.slots[slot] = Some(Document { plugin, versions });
    }

    fn shared(&mut self, list: Vec<String>) -> Arc<[String]> {
        if let Some(known) = self.capabilities.get(list.as_slice()) {
            return known.clone();
        }
        let list: Arc<[String]> = list.into();
        self.capabilities.insert(list.clone());
        list
    }

    pub(super) fn find(&self, query: &Query, part: &Part) -> Found {
        let asked = words(&query.text);
        let costs = self.costs(&asked[..asked.len().min(WORDS)]);
        let whole = asked.join("-");
        let mut fitting: Vec<(u32, &Plugin)> = Vec::new();
        for (document, cost) in self.slots.iter().zip(costs) {
            let (Some(document), Some(cost)) = (document, cost) else { continue };
            if document.passes(query) {
                let plugin = &document.plugin;
                fitting.push((if plugin.spec.name.as_str() == whole { BY_NAME } else { cost }, plugin));
            }
        }
        if let Some(Cursor { cost, name }) = &part.after {
            fitting.retain(|(mine, plugin)| (*mine, &plugin.spec.name) > (*cost, name));
        }
        let order = |a: &(u32, &Plugin), b: &(u32, &Plugin)| (a.0, &a.1.spec.name).cmp(&(b.0, &b.1.spec.name));
        let more = fitting.len() > part.limit;
        if more && part.limit > 0 {
            fitting.select_nth_unstable_by(part.limit - 1, order);
        }
        fitting.truncate(part.limit);
        fitting.sort_unstable_by(order);
        let next = fitting.last().filter(|_| more).map(|(cost, plugin)| Cursor { cost: *cost, name: plugin.spec.name.clone() });
        Found { plugins: fitting.into_iter().map(|(_, plugin)| plugin.clone()).collect(), next }
    }

    /// For each slot what all words together cost there; nothing where one of them is not found.
    fn costs(&self, words: &[String]) -> Vec<Option<u32>> {
        let mut sums = vec![Some(0); self.slots.len()];
        for (index, word) in words.iter().enumerate() {
            let mut best = vec![None::<u32>; self.slots.len()];
            let mut take = |fit: Fit, term: &Term| {
                for (slot, field) in &term.places {
                    let cost = cost(fit, *field);
                    best[*slot] = Some(best[*slot].map_or(cost, |best| best.min(cost)));
                }
            };
            self.fitting(word, index + 1 == words.len(), &mut take);
            for (sum, best) in sums.iter_mut().zip(best) {
                *sum = sum.zip(best).map(|(sum, best)| sum + best);
            }
        }
        sums
    }

    /// The terms that a word may mean.
    fn fitting(&self, word: &str, is_last: bool, take: &mut impl FnMut(Fit, &Term)) {
        let (own, count) = (letters(word), word.chars().count());
        let allowed = forgiven(count);
        if allowed == 0 && !(is_last && count >= 3) {
            // Nothing but the term itself, and what begins with it.
            for (text, term) in
                self.terms.range::<str, _>((Bound::Included(word), Bound::Unbounded)).take_while(|(text, _)| text.starts_with(word))
            {
                if **text == *word {
                    take(Fit::Whole, term);
                } else if is_last {
                    take(Fit::Beginning, term);
                } else {
                    break;
                }
            }
            return;
        }
        for (text, term) in &self.terms {
            let text: &str = text;
            if text == word {
                take(Fit::Whole, term);
            } else if is_last && own & !term.letters == 0 && text.contains(word) {
                take(if text.starts_with(word) { Fit::Beginning } else { Fit::Within }, term);
            } else if allowed > 0
                && (own ^ term.letters).count_ones() as usize <= 2 * allowed
                && let Some(count) = typos(word, text)
            {
                take(Fit::Typos(count), term);
            }
        }
    }
}

impl Document {
    fn passes(&self, query: &Query) -> bool {
        let spec = &self.plugin.spec;
        let is = |wanted: &Option<String>, actual: &Option<String>| wanted.is_none() || wanted == actual;
        is(&query.category, &spec.category)
            && is(&query.publisher, &spec.publisher)
            && query.tag.as_ref().is_none_or(|tag| spec.tags.contains(tag))
            && (query.channel.is_none() && query.capability.is_none()
                || self.versions.iter().any(|(channel, capabilities)| {
                    query.channel.is_none_or(|wanted| wanted == *channel)
                        && query.capability.as_ref().is_none_or(|wanted| capabilities.iter().any(|has| is_capability(has, wanted)))
                }))
    }
}

/// Whether an interface is the one that is asked for, whose version may be left out.
fn is_capability(has: &str, wanted: &str) -> bool {
    has == wanted || has.split_once('@').is_some_and(|(name, _)| name == wanted)
}

/// The terms of a plugin and where they stand.
fn fields(plugin: &Plugin) -> Vec<(String, Field)> {
    let spec = &plugin.spec;
    let texts = [&spec.display_name, &spec.description, &spec.publisher];
    let texts = texts.into_iter().flatten().flat_map(|text| words(text)).map(|word| (word, Field::Text));
    let tags = spec.tags.iter().flat_map(|tag| words(tag)).map(|word| (word, Field::Tag));
    words(spec.name.as_str()).into_iter().map(|word| (word, Field::Name)).chain(texts).chain(tags).collect()
}
