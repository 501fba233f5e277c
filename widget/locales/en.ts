/** What an open conversation says. Every language has these keys; `{name}` stands for something put in, plural forms are chosen by Intl.PluralRules. */
import type { Texts } from '../texts.ts';

export default {
  title: 'Chat with {team}',
  close: 'Close chat',
  back: 'All conversations',
  menu: 'More options',

  messages: 'Messages',
  loading: 'Loading your conversation…',
  team: 'Somebody',
  typing: '{name} is typing',
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

  connecting: 'Connecting…',
  offline: 'You are offline. Your messages are kept and sent when you are back.',
  reconnecting: 'Reconnecting… Your messages are kept and sent when we are back.',
  tryNow: 'Try now',

  compose: 'Message',
  placeholder: 'Write a message…',
  send: 'Send',
  attach: 'Attach files',
  emoji: 'Emoji',
  left: { one: '{count} character left', other: '{count} characters left' },
  over: { one: '{count} character too many. Please split your message.', other: '{count} characters too many. Please split your message.' },
  notKept: 'Your message could not be saved. Please try again.',

  partFailed: 'This could not be loaded. Please check your connection and try again.',
  refused: 'The chat is not available here right now.',
  backToChat: 'Back to the conversation',
} satisfies Texts;
