/**
 * The widget's words. Each language is two files in locales/, loaded when they are needed: `LANGUAGE.ts`, what an open conversation says, and
 * `LANGUAGE-more.ts`, what the parts say that are loaded later. The launcher's few words are here.
 */
import type core from './locales/en.ts';
import type more from './locales/en-more.ts';

/** One text, or its plural forms by the categories of Intl.PluralRules; `other` is always there. */
export type Text = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

export type Texts = Record<string, Text>;

export type CoreTexts = Record<keyof typeof core, Text>;
export type MoreTexts = Record<keyof typeof more, Text>;
/** The language they are written in, and its direction; the page may have others. */
export const LANGUAGE = 'en';
export const DIRECTION = 'ltr';

export const launcherTexts = {
  open: 'Open chat',
  close: 'Close chat',
  loadFailed: 'The chat could not be loaded. Please check your connection and try again.',
};

export const panelTexts = {
  open: 'Open chat',
  title: (team: string) => `Chat with ${team}`,
  close: 'Close chat',

  messages: 'Messages',
  earlier: 'Show earlier messages',
  loadingEarlier: 'Loading earlier messages…',
  loading: 'Loading your conversation…',
  newMessages: (count: number) => (count === 1 ? '1 new message' : `${count} new messages`),
  toNewest: 'Go to the newest message',
  /** Stands for a member without a name. */
  team: 'Somebody',
  typing: (name: string) => `${name} is typing`,
  you: 'You',
  today: 'Today',
  yesterday: 'Yesterday',

  sent: 'Sent',
  delivered: 'Delivered',
  seen: 'Seen',
  sending: 'Sending…',
  waiting: 'Waiting to be sent',
  waitingHere: 'Waiting to be sent. Keep this page open.',
  failed: 'Not sent',
  retry: 'Try again',
  discard: 'Delete',

  closedHere: 'Conversation closed',
  closed: 'Conversation closed. Write any time to reopen it.',
  reopened: 'Conversation reopened',

  connecting: 'Connecting…',
  offline: 'You are offline. Your messages are kept and sent when you are back.',
  reconnecting: 'Reconnecting… Your messages are kept and sent when we are back.',
  tryNow: 'Try now',

  compose: 'Message',
  placeholder: 'Write a message…',
  send: 'Send',
  left: (count: number) => `${count.toLocaleString()} characters left`,
  over: (count: number) => `${count.toLocaleString()} characters too many. Please split your message.`,
  notKept: 'Your message could not be saved. Please try again.',

  broken: 'Something went wrong in this window. Your messages are safe.',
  again: 'Show it again',
};
