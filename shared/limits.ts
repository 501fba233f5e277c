/**
 * Every limit of the wire contract, in one place. A client may rely on these; the gateway enforces them.
 * They are part of the protocol: raising one is compatible, lowering one needs a new protocol version.
 */

/** The version both ends must name in the handshake. Bumped only for a change old clients would misread. */
export const PROTOCOL_VERSION = 1;

/** Longest text of a message or note, in UTF-16 code units (`String.length` in JavaScript). */
export const TEXT_MAX = 8_000;

/** Largest request payload that still gets an error code, in bytes of its JSON in UTF-8. */
export const PAYLOAD_MAX_BYTES = 64 * 1024;

/** Largest `auth` of a handshake, in bytes of its JSON in UTF-8. */
export const HANDSHAKE_MAX_BYTES = 8 * 1024;

/** Largest packet at all, in bytes. Beyond it the connection is closed (WebSocket close code 1009). */
export const PACKET_MAX_BYTES = 1024 * 1024;

/** Longest URL, title and referrer of a page that is kept; a client cuts what is longer. */
export const PAGE_FIELD_MAX = 2_000;

/** Entries in one answer to `log:sync` before it says "start over" instead. */
export const SYNC_ENTRIES_MAX = 500;

/** Entries in the newest page of a conversation (the answer "start over"). */
export const PAGE_ENTRIES = 50;

/** Most entries one `history:load` may ask for. */
export const HISTORY_MAX = 100;

/** Most conversations one `log:sync` may name. */
export const SYNC_CONVERSATIONS_MAX = 50;

/** Most conversations one `inbox:list` may ask for. */
export const INBOX_PAGE_MAX = 100;

/** Most changed conversations in one `inbox:sync` before it says "start over" instead. */
export const INBOX_CHANGES_MAX = 200;

/** How often a client sends its heartbeat (`log:sync` or `inbox:sync`) while nothing happens, in milliseconds. */
export const HEARTBEAT_MS = 10_000;

/** A client that gets no acknowledgement for this long asks again, with the same clientId, in milliseconds. */
export const ACK_TIMEOUT_MS = 10_000;

/** "Is typing" disappears by itself after this long without news, in milliseconds. */
export const TYPING_TTL_MS = 6_000;

/** Longest texts of the settings a site owner makes, in characters. */
export const SETTINGS_MAX = {
  name: 80, teamName: 80, greeting: 500, replyTime: 120, launcherLabel: 40, font: 200, consentText: 500, formLabel: 120, address: 500, holidays: 100,
} as const;

/** Most questions in the form before a chat. */
export const FORM_FIELDS_MAX = 10;

/** Most files of one message. */
export const ATTACHMENTS_MAX = 10;

/** Largest file that can be sent, in bytes. */
export const FILE_MAX_BYTES = 10 * 1024 * 1024;

/** Longest name of a file, in characters; the gateway cuts what is longer. */
export const FILE_NAME_MAX = 200;

/** Most files of one person that are uploaded and not sent yet. */
export const FILES_PENDING_MAX = 20;

/** Longest comment of a rating, in characters. */
export const RATING_COMMENT_MAX = 2_000;

/** Most attributes of a visitor; the longest name and value of one, in characters. */
export const ATTRIBUTES_MAX = 50;
export const ATTRIBUTE_NAME_MAX = 64;
export const ATTRIBUTE_VALUE_MAX = 1_000;

/** Most tags of a visitor, and the longest, in characters. */
export const TAGS_MAX = 20;
export const TAG_MAX = 50;

/** Longest name of a tracked event, in characters. The newest EVENTS_KEPT of a visitor are kept. */
export const EVENT_NAME_MAX = 100;
export const EVENTS_KEPT = 50;

/** Most that comes along with a tracked event (`meta`), in characters of its JSON. */
export const EVENT_META_MAX = 4_000;

/** Longest id that a site gives its user, in characters. */
export const USER_ID_MAX = 200;

/** Longest time for which a site may sign who somebody is, in days. */
export const IDENTITY_DAYS_MAX = 7;
