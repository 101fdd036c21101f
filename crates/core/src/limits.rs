//! Every bound of the engine, one constant each. Those that operators may want to change are configuration of the
//! server, with these as defaults.

/// Most events in one answer. Clients ask again at once, so a smaller answer costs a round trip, not an event.
pub const ANSWER_EVENTS_MAX: usize = 1_000;

/// An answer is ended once it is this long, in bytes.
pub const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Entries of the log that are kept in memory.
pub const LOG_ENTRIES_MAX: usize = 65_536;

/// Bytes of the log that are kept in memory, shapes included, roughly.
pub const LOG_BYTES_MAX: usize = 64 << 20;

/// Entries read from the store in one go for a queue that is behind the memory.
pub const LOG_PAGE: usize = 1_000;

/// Entries of the log in memory that a poll looks at in one go: a fraction of a millisecond, for which all other polls
/// of its shard and the publisher wait. Few in tests, so that they come to the end of a page.
pub const LOG_LOOKED_AT_MAX: usize = if cfg!(any(test, loom)) { 2 } else { 4_096 };

/// Queues of one user. A bot that registers in a loop stops here.
pub const QUEUES_PER_USER_MAX: usize = 1_000;

/// Seconds without a poll after which a queue ends, unless registered otherwise.
pub const IDLE_TIMEOUT_SECS: u32 = 600;

/// The longest idle timeout that can be asked for: seven days.
pub const IDLE_TIMEOUT_SECS_MAX: u32 = 604_800;

/// What `idle_queue_timeout=mobile` means: twelve hours, a night on a charger.
pub const IDLE_TIMEOUT_MOBILE_SECS: u32 = 12 * 3600;

/// A parked poll is ended by a heartbeat after 45 to 55 seconds. Home routers forget idle connections after 60;
/// the spread keeps clients that registered together from polling together.
pub const HEARTBEAT_SECS_MIN: u32 = 45;
/// See [`HEARTBEAT_SECS_MIN`].
pub const HEARTBEAT_SECS_MAX: u32 = 55;

/// How long clients should wait for an answer to a poll: longer than any heartbeat takes.
pub const LONGPOLL_TIMEOUT_SECS: u32 = 90;

/// Characters of a message.
pub const MESSAGE_CHARS_MAX: usize = 10_000;
/// Characters of a topic.
pub use tidings_types::message::TOPIC_CHARS_MAX;

/// Newest messages of a topic of which it is looked up who reacted, for mentions of all who take part in it.
pub const REACTED_MESSAGES_MAX: usize = 5_000;

/// Bytes of the texts that the history of a message tells, each as often as it does.
pub const HISTORY_BYTES_MAX: usize = 16 << 20;

/// Links for people who want an account without an invitation, and as many for those who have a link for many; the oldest
/// is forgotten where there are more.
pub const SIGN_UPS_MAX: usize = 1_000;

/// How often messages are looked for again that are moved meanwhile.
pub const READS_MAX: usize = 4;

/// Messages that one command marks as read because of where they are; a request goes on with the next ones.
pub const MARKED_AT_ONCE_MAX: u64 = 10_000;

/// Messages in one event about flags.
pub const FLAGS_PER_EVENT_MAX: usize = 10_000;

/// Seconds for which a request marks messages as read before it says that there are more.
pub const MARK_AS_READ_SECS: u64 = 50;

/// Subscribers of a channel in which it is told that somebody is typing; nobody is told in a larger one.
pub const TYPING_SUBSCRIBERS_MAX: usize = 100;
/// Channels of an organization, archived ones included: every client is told of most of them.
pub const CHANNELS_MAX: usize = 20_000;
/// Channels that one request can name to subscribe to.
pub const CHANNELS_AT_ONCE_MAX: usize = 1_000;
/// Of these, channels that are created by it: for each it is looked who may know of it.
pub const CHANNELS_CREATED_AT_ONCE_MAX: usize = 100;
/// Subscriptions, users times channels, of one request: a row for each, all in one commit.
pub const SUBSCRIBED_AT_ONCE_MAX: usize = 100_000;
/// Times that somebody joined a channel and left it that are remembered: each is looked at for their messages.
pub const SUBSCRIPTION_SPANS_MAX: usize = 500;
/// How many of these are forgotten when there are more, so that it is seldom that all are written again.
pub const SUBSCRIPTION_SPANS_FORGOTTEN: usize = 50;
/// Settings of subscriptions that one request changes: each is an event.
pub const SUBSCRIPTION_CHANGES_MAX: usize = 1_000;
/// New subscribers of one request up to whom each is told by message; more at once are told by events only.
pub const SUBSCRIBER_NOTICES_MAX: usize = 100;
/// Channels that such a message names.
pub const SUBSCRIBER_NOTICE_CHANNELS_MAX: usize = 20;
/// Characters of a channel's name.
pub const CHANNEL_NAME_CHARS_MAX: usize = 60;
/// Characters of a channel's description.
pub const CHANNEL_DESCRIPTION_CHARS_MAX: usize = 1024;
/// Characters of the name of a folder of channels.
pub const FOLDER_NAME_CHARS_MAX: usize = 60;
/// Characters of the description of a folder of channels: as many as of a channel's.
pub const FOLDER_DESCRIPTION_CHARS_MAX: usize = CHANNEL_DESCRIPTION_CHARS_MAX;
/// Folders of channels, archived ones included.
pub const FOLDERS_MAX: usize = 1_000;
/// Fields that an organization adds to profiles.
pub const PROFILE_FIELDS_MAX: usize = 100;
/// Characters of the name of such a field.
pub const PROFILE_FIELD_NAME_CHARS_MAX: usize = 40;
/// Characters of the hint of such a field.
pub const PROFILE_FIELD_HINT_CHARS_MAX: usize = 80;
/// Bytes of the data of such a field: some hundred choices.
pub const PROFILE_FIELD_DATA_BYTES_MAX: usize = 50_000;
/// Fields that are shown where only little of a profile is.
pub const PROFILE_SUMMARY_FIELDS_MAX: usize = 2;
/// Characters of a short text in a profile.
pub const PROFILE_SHORT_TEXT_CHARS_MAX: usize = 50;
/// Characters of a long text in a profile.
pub const PROFILE_LONG_TEXT_CHARS_MAX: usize = 500;
/// Bytes of an address in a profile.
pub const PROFILE_LINK_BYTES_MAX: usize = 2_000;
/// Users in one field of a profile.
pub const PROFILE_USERS_MAX: usize = 100;
/// Values of profiles that one command takes away: a few milliseconds of the writer.
pub const PROFILE_VALUES_AT_ONCE: usize = 500;
/// Domains that addresses of new accounts may be of.
pub const DOMAINS_MAX: usize = 1_000;
/// Groups of channels that new users can choose together.
pub const DEFAULT_GROUPS_MAX: usize = 100;
/// Characters of the name of such a group.
pub const DEFAULT_GROUP_NAME_CHARS_MAX: usize = 60;
/// Invitations that can still be accepted.
pub const INVITES_MAX: usize = 10_000;
/// Addresses in one request to invite people.
pub const INVITED_AT_ONCE_MAX: usize = 100;
/// Seconds that an account has to be old to have invitations sent where anybody can get one: three days.
pub const INVITES_MIN_ACCOUNT_AGE_SECS: i64 = 3 * 86_400;
/// E-mails with invitations that one person can have sent in a day.
pub const INVITED_PER_DAY_MAX: u32 = 100;
/// The same for administrators, who bring in whole organizations.
pub const INVITED_PER_DAY_BY_ADMINISTRATORS_MAX: u32 = 2_000;
/// Minutes for which an invitation can be accepted, unless told otherwise: ten days.
pub const INVITE_MINUTES: i64 = 14_400;
/// Minutes for which an invitation can be accepted at most, unless for ever: ten years.
pub const INVITE_MINUTES_MAX: i64 = 5_256_000;
/// Seconds for which a new address can be confirmed: a day.
pub const EMAIL_CHANGE_SECS: i64 = 86_400;
/// E-mails that wait to be sent.
pub const MAIL_QUEUE_MAX: usize = 10_000;
/// How often it is tried to send an e-mail: for about three days.
pub const MAIL_ATTEMPTS_MAX: u32 = 20;
/// Seconds from the first attempt to send an e-mail to the second; then each time twice as many, up to
/// [`MAIL_PAUSE_SECS_MAX`].
pub const MAIL_PAUSE_SECS: i64 = 30;
/// See [`MAIL_PAUSE_SECS`]: six hours.
pub const MAIL_PAUSE_SECS_MAX: i64 = 21_600;
/// Characters of a user's name at least.
pub const FULL_NAME_CHARS_MIN: usize = 2;
/// Characters of a user's name.
pub const FULL_NAME_CHARS_MAX: usize = 100;
/// Bytes of an e-mail address, as mail servers take them.
pub const EMAIL_BYTES_MAX: usize = 254;
/// Characters of a password at least.
pub const PASSWORD_CHARS_MIN: usize = 6;
/// Characters of a password at most: hashing takes longer for longer ones.
pub const PASSWORD_CHARS_MAX: usize = 100;
/// Characters of a status text.
pub const STATUS_CHARS_MAX: usize = 60;
/// Characters of an alert word.
pub const ALERT_WORD_CHARS_MAX: usize = 100;
/// Alert words of one user.
pub const ALERT_WORDS_MAX: usize = 1_000;
/// Topics that one user mutes, unmutes or follows: older clients are sent all muted ones with every change.
pub const USER_TOPICS_MAX: usize = 5_000;
/// Linkifiers of an organization: each is looked for in every message.
pub const LINKIFIERS_MAX: usize = 100;
/// Characters of a linkifier's or playground's pattern, template or name.
pub const LINKIFIER_CHARS_MAX: usize = 1_000;
/// Code playgrounds of an organization.
pub const PLAYGROUNDS_MAX: usize = 1_000;
/// Bytes of the language of a code playground.
pub const PLAYGROUND_LANGUAGE_BYTES_MAX: usize = 40;
/// User groups of an organization, those out of use included.
pub const GROUPS_MAX: usize = 10_000;
/// Characters of the name of a user group.
pub const GROUP_NAME_CHARS_MAX: usize = 100;
/// Characters of the description of a user group.
pub const GROUP_DESCRIPTION_CHARS_MAX: usize = 1_024;
/// New members of a group up to whom each is told by message; more at once are told by events only.
pub const GROUP_NOTICES_MAX: usize = 100;
/// People who come to follow a topic because one message mentions them.
pub const FOLLOWED_BY_MENTION_MAX: usize = 100;
/// Drafts of one user.
pub const DRAFTS_MAX: usize = 1_000;
/// Texts that one user keeps to use them again.
pub const SNIPPETS_MAX: usize = 1_000;
/// Characters of the title of such a text.
pub const SNIPPET_TITLE_CHARS_MAX: usize = 60;
/// Views for navigation of one user.
pub const VIEWS_MAX: usize = 100;
/// Characters of the part of an address that names a view.
pub const VIEW_FRAGMENT_CHARS_MAX: usize = 1_000;
/// Characters of the name of a view.
pub const VIEW_NAME_CHARS_MAX: usize = 100;
/// Scheduled messages and reminders of one user.
pub const LATER_MAX: usize = 1_000;
/// Characters of the note of a reminder.
pub const REMINDER_NOTE_CHARS_MAX: usize = 500;
/// Seconds after its time until which a scheduled message is still sent. After that it would surprise its readers.
pub const SCHEDULED_LATE_SECS_MAX: i64 = 600;
/// Reactions of different kinds on one message.
pub const REACTIONS_PER_MESSAGE_MAX: usize = 100;
/// Edits that a message carries along, the newest first; its history has all. A bot that counts down in one message
/// would make every page with that message megabytes long.
pub const EDITS_SHOWN_MAX: usize = 100;
/// Milliseconds in which the changes of one message are compared word by word; what is left is compared roughly.
pub const HISTORY_DIFF_MILLIS: u64 = 500;
/// Unread messages that the initial state lists, the newest first.
pub const UNREAD_MAX: u64 = 50_000;
/// Messages in one answer of a message search.
pub const MESSAGES_PER_FETCH_MAX: i64 = 5_000;
/// Messages that are listed with a file that they refer to, the newest; events about the file have them, too.
pub const FILE_MESSAGES_SHOWN_MAX: usize = 50;
/// Files that one message refers to: each has an event.
pub const FILES_PER_MESSAGE_MAX: usize = 50;
/// Messages that are looked at to find out whether somebody may read a file, the newest.
pub const FILE_MESSAGES_LOOKED_AT_MAX: usize = 10_000;
/// Messages that move to another topic in one command, and in one event. Larger topics take several.
pub const MOVED_MESSAGES_MAX: usize = 5_000;
/// Messages of a topic that are deleted in one command, and in one event.
pub const DELETED_MESSAGES_MAX: u64 = 1_000;
/// Seconds for which a link is good that was sent to who asked for an account.
pub const SIGN_UP_SECS: i64 = 86_400;
/// Messages that are deleted in one command because they are older than they are kept: nobody waits for that, so it gives
/// way to others often.
pub const EXPIRED_MESSAGES_MAX: usize = 100;
/// Conversations that they are of: for each it has to be found out who is told.
pub const EXPIRED_CONVERSATIONS_MAX: usize = 10;
/// Seconds for which a request deletes a topic; what is left is deleted by asking again.
pub const DELETE_TOPIC_SECS: u64 = 50;
/// Subscribers above which the notice of a resolved topic is not read at once for those who want that.
pub const NOTICE_READERS_MAX: usize = 1_000;
/// Bytes of a part of a poll or of a list of tasks.
pub const SUBMESSAGE_BYTES_MAX: usize = 10_000;
/// Parts of one poll or list of tasks.
pub const SUBMESSAGES_PER_MESSAGE_MAX: usize = 5_000;
/// Bytes of all parts of one message: it is read and sent with them.
pub const SUBMESSAGES_BYTES_MAX: usize = 256 << 10;
/// Characters of what somebody writes about a message they report.
pub const REPORT_CHARS_MAX: usize = 1_000;
/// Keys of one account; logging in once more makes the oldest one stop working.
pub const API_KEYS_PER_USER_MAX: usize = 50;
/// Bytes of all that a program stores for its account, names included.
pub const BOT_STORAGE_BYTES_MAX: usize = 1_000_000;
/// Texts that a program stores for its account.
pub const BOT_STORAGE_TEXTS_MAX: usize = 1_000;
/// Characters of an outgoing webhook's address.
pub const SERVICE_URL_CHARS_MAX: usize = 2_000;
/// Exports of the organization's data in so many seconds: each may be as large as everything.
pub const EXPORTS_MAX: usize = 5;
/// See [`EXPORTS_MAX`].
pub const EXPORTS_SECS: i64 = 7 * 86_400;
/// Devices of one user.
pub const PUSH_TOKENS_MAX: usize = 100;
/// Bytes of what a device is known by.
pub const PUSH_TOKEN_BYTES_MAX: usize = 4_096;
/// Requests of one outgoing webhook that wait. Beyond that its service is told of no more messages.
pub const WEBHOOKS_WAITING_MAX: usize = 1_000;
/// Seconds to wait before a request of an outgoing webhook is made once more, after each try that failed.
pub const WEBHOOK_RETRY_SECS: [i64; 4] = [2, 10, 60, 300];
/// Direct-message participants.
pub const DIRECT_RECIPIENTS_MAX: usize = 100;
/// Channels with more subscribers than this need a permission for wildcard mentions.
pub const WILDCARD_FREE_SUBSCRIBERS_MAX: usize = 15;
/// Active users above which presence is no longer sent as events, only on request.
pub const PRESENCE_EVENT_USERS_MAX: usize = 100;
/// How often clients report presence, in seconds.
pub const PRESENCE_PING_SECS: i64 = 60;
/// Seconds without a report after which clients show somebody as offline: three lost reports.
pub const PRESENCE_OFFLINE_SECS: i64 = 200;
/// Who was active within so many seconds is shown as there still, so that being active again is no news.
pub const PRESENCE_ACTIVE_SECS: i64 = PRESENCE_OFFLINE_SECS - PRESENCE_PING_SECS - 10;
/// Days that answers about presence go back, unless asked otherwise.
pub const PRESENCE_HISTORY_DAYS: i64 = 14;
/// Days that they go back at most.
pub const PRESENCE_HISTORY_DAYS_MAX: i64 = 36_500;
/// Milliseconds after which clients forget that somebody is typing.
pub const TYPING_EXPIRY_MS: u32 = 15_000;
/// Milliseconds without a key after which clients say that one stopped typing.
pub const TYPING_STOPPED_WAIT_MS: u32 = 5_000;
/// Milliseconds after which clients say again that one is typing.
pub const TYPING_STARTED_WAIT_MS: u32 = 10_000;
/// MiB of a picture: of a user, of the organization, or an emoji.
pub const PICTURE_MIB_MAX: u32 = 5;
/// Characters of the name of a custom emoji.
pub const EMOJI_NAME_CHARS_MAX: usize = 100;
/// Custom emoji that were ever added: every client is told of all of them.
pub const CUSTOM_EMOJI_MAX: u32 = 5_000;
/// Keys for the local echo of a sent message.
pub const LOCAL_ID_BYTES_MAX: usize = 100;
/// Bytes of an `Idempotency-Key`.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;
/// Seconds for which a send is recognized when it is repeated: a client that was offline for longer asks its user.
pub const SEND_KEY_SECS: i64 = 86_400;
/// The same where the name is a `local_id`: clients count these anew now and then, so after that it is another send.
pub const SEND_LOCAL_SECS: i64 = 300;
/// Characters in the name of a queue.
pub const QUEUE_NAME_CHARS_MAX: usize = 100;

/// Seconds after which the positions of queues with a name are stored: what a killed server may send again.
pub const QUEUE_POSITIONS_SECS: u32 = 10;

/// Terms in the narrow of a queue, and bytes of all operands: every queue keeps its narrow.
pub const NARROW_TERMS_MAX: usize = 100;
/// See [`NARROW_TERMS_MAX`].
pub const NARROW_BYTES_MAX: usize = 4_096;
