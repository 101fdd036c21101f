//! What the organization lets text become: linkifiers and code playgrounds.

use std::sync::{Arc, OnceLock};
use tidings_markdown::Linkifiers as Compiled;
use tidings_types::linkifier::{Linkifier, Playground, TopicLink};

/// A list whose items have ids, none of which is given twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered<T> {
    /// The id that was given last, also if its item is gone; 0 before the first.
    pub last_id: u32,
    /// In their order.
    pub items: Vec<T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Numbered { last_id: 0, items: Vec::new() }
    }
}

/// Linkifiers in the order in which they are tried, with what was compiled from them.
///
/// Snapshots share it, and it goes with the list it was compiled from, so it is never stale.
#[derive(Clone, Debug, Default)]
pub struct Linkifiers {
    list: Arc<Numbered<Linkifier>>,
    compiled: Arc<OnceLock<Compiled>>,
}

impl Linkifiers {
    /// The list.
    #[must_use]
    pub fn list(&self) -> &Numbered<Linkifier> {
        &self.list
    }

    /// Ready to be used; compiled when first asked for after a change, outside of the writer.
    #[must_use]
    pub fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            Compiled::new(self.list.items.iter().map(|one| (one.pattern.as_str(), one.url_template.as_str())))
        })
    }

    /// The links in a topic, in order.
    #[must_use]
    pub fn topic_links(&self, topic: &str) -> Vec<TopicLink> {
        // Without linkifiers only addresses are links, and those have a dot.
        if self.list.items.is_empty() && !topic.contains('.') {
            return Vec::new();
        }
        let links = self.compiled().topic_links(topic);
        links.into_iter().map(|link| TopicLink { text: topic[link.range].to_owned(), url: link.url }).collect()
    }

    pub(super) fn put(&mut self, list: Arc<Numbered<Linkifier>>) {
        *self = Linkifiers { list, compiled: Arc::default() };
    }
}

/// Code playgrounds, by id.
pub type Playgrounds = Numbered<Playground>;
