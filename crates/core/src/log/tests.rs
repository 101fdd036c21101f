use super::*;
use crate::audience::Audience;
use crate::event::{Gate, Payload};
use tidings_types::events::Event;
use tidings_types::events::personal::AlertWords;

fn event() -> Outgoing {
    let payload = Payload::Plain(Event::AlertWords(AlertWords { alert_words: Vec::new() }));
    Outgoing { payload, audience: Audience::realm(), gate: Gate::All }
}

fn durable(seqs: impl IntoIterator<Item = u64>) -> Appending {
    let entry = |seq| Entry::new(EventId::durable(seq), event(), 0).expect("a known type");
    Appending::durable(seqs.into_iter().map(entry).map(Arc::new))
}

fn ephemeral(many: usize) -> Appending {
    Appending { after: None, events: (0..many).map(|_| Numbered::Ephemeral(event(), 0)).collect() }
}

fn ids(log: &EventLog, after: EventId) -> Option<Vec<i64>> {
    let page = log.after(after, usize::MAX, usize::MAX, |_| true)?;
    Some(page.entries.iter().map(|entry| entry.id.0).collect())
}

#[test]
fn a_long_list_in_an_event_counts_with_its_length() {
    let log = EventLog::with_limits(0, 1_000, 100_000);
    let words: Vec<String> = (0..1_000).map(|number| format!("word number {number}")).collect();
    for seq in 1..=50 {
        let payload = Payload::Plain(Event::AlertWords(AlertWords { alert_words: words.clone() }));
        let event = Outgoing { payload, audience: Audience::realm(), gate: Gate::All };
        let entry = Entry::new(EventId::durable(seq), event, 0).expect("a known type");
        log.append(Appending::durable([Arc::new(entry)]));
    }
    // Fifty times seventeen kilobytes, rendered or not, are more than may be kept.
    assert!(log.size().0 <= 6, "{:?}", log.size());
}

const SEQ: i64 = EventId::PER_SEQ;

#[test]
fn ephemeral_events_stand_between_durable_ones() {
    let log = EventLog::new(7);
    log.append(ephemeral(2));
    log.append(durable([8]));
    let mut mixed = ephemeral(1);
    mixed.events.extend(durable([9]).events);
    mixed.events.extend(ephemeral(1).events);
    assert_eq!(log.next_ephemeral(), Some(EventId(8 * SEQ + 1)));
    log.append(mixed);
    assert_eq!(ids(&log, log.floor()).unwrap(), [7 * SEQ + 1, 7 * SEQ + 2, 8 * SEQ, 8 * SEQ + 2, 9 * SEQ, 9 * SEQ + 1]);
    assert_eq!(log.head(), EventId(9 * SEQ + 1));
}

#[test]
fn without_ids_left_ephemeral_events_are_dropped_until_the_log_advances() {
    let log = EventLog::new(1);
    assert_eq!(log.append(ephemeral(5_000)).len(), 4_095);
    assert_eq!((log.next_ephemeral(), log.ephemeral_left()), (None, 0));
    let advanced = Appending { after: Some(2), ..ephemeral(1) };
    assert_eq!(log.append(advanced)[0].id, EventId(2 * SEQ + 1));
    assert_eq!(log.ephemeral_left(), 4_094);
}

#[test]
#[should_panic(expected = "event ids strictly increase")]
fn ids_never_go_back() {
    let log = EventLog::new(1);
    log.append(durable([3]));
    log.append(durable([3]));
}

#[test]
fn the_oldest_go_first_and_leave_the_floor_behind() {
    let log = EventLog::with_limits(10, 3, usize::MAX);
    log.append(durable([11, 12, 13]));
    assert_eq!(log.floor(), EventId::durable(10));
    assert_eq!(ids(&log, EventId::durable(10)).unwrap().len(), 3);
    log.append(durable([14, 15]));
    assert_eq!(log.floor(), EventId::durable(12));
    assert_eq!(ids(&log, EventId::durable(11)), None, "12 is only in the store");
    assert_eq!(ids(&log, EventId::durable(12)).unwrap(), [13 * SEQ, 14 * SEQ, 15 * SEQ]);
    assert_eq!(ids(&log, EventId::durable(14)).unwrap(), [15 * SEQ]);
    assert_eq!(log.size().0, 3);
}

#[test]
fn bytes_are_bounded_too_but_the_newest_stays() {
    let log = EventLog::with_limits(0, usize::MAX, 3_000);
    log.append(durable(1..=10));
    assert_eq!(log.size(), (2, 2 * 1_280));
    let tiny = EventLog::with_limits(0, usize::MAX, 1);
    tiny.append(durable(1..=10));
    assert_eq!(tiny.size(), (1, 1_280));
}

#[test]
fn a_page_says_how_far_it_looked() {
    let log = EventLog::new(0);
    log.append(durable(1..=5));
    let page = |look, take, wanted: fn(&Arc<Entry>) -> bool| {
        let page = log.after(EventId(0), look, take, wanted).unwrap();
        (page.entries.len(), page.upto.unwrap().0 / SEQ)
    };
    assert_eq!(page(usize::MAX, usize::MAX, |_| true), (5, 5));
    assert_eq!(page(usize::MAX, 2, |_| true), (2, 2));
    assert_eq!(page(3, usize::MAX, |_| true), (3, 3));
    assert_eq!(page(3, usize::MAX, |_| false), (0, 3));
    assert_eq!(page(usize::MAX, 2, |entry| entry.id.seq() % 2 == 1), (2, 3));
    assert_eq!(log.after(EventId(9 * SEQ), 9, 9, |_| true).unwrap().upto, Some(EventId(9 * SEQ)));
}
