/** What the parts say that are loaded when they are needed: lists, forms, files, emoji, the menu. */
import type { Texts } from '../texts.ts';

export default {
  // the list of conversations
  conversations: 'Your conversations',
  startNew: 'New conversation',
  noMessages: 'No messages yet',
  preview: 'You: {text}',
  aFile: 'File: {name}',
  unread: { one: '{count} unread', other: '{count} unread' },
  closedMark: 'Closed',

  // while the team is away
  backAt: 'Back at {time}',
  backOn: 'Back {day} at {time}',
  away: 'We are away at the moment',
  awayIntro: 'Leave us your e-mail address and a message, and we will answer you there.',

  // forms
  formIntro: 'Before we start, tell us a little about you.',
  name: 'Name',
  email: 'E-mail address',
  phone: 'Phone number',
  optional: 'optional',
  choose: 'Please choose',
  begin: 'Start chat',
  fieldMissing: 'Please fill this in.',
  emailWrong: 'This does not look like an e-mail address. Example: name@example.com',
  phoneWrong: 'Please use digits, spaces and + only.',
  fieldLong: 'Please shorten this.',

  // files
  drop: 'Drop files here to send them',
  uploading: 'Uploading, {percent}',
  uploaded: 'Ready to send',
  remove: 'Remove {name}',
  uploadFailed: 'Could not be uploaded.',
  fileLarge: 'Too large: at most {size}.',
  fileKind: 'This kind of file cannot be sent.',
  fileEmpty: 'This file is empty.',
  filesMany: { one: 'At most {count} file in a message.', other: 'At most {count} files in a message.' },
  filesOffline: 'Files can be added when you are online again.',
  download: 'Download {name}',
  showImage: 'Show {name}',

  // emoji
  findEmoji: 'Find an emoji',
  noEmoji: 'Nothing found',
  recent: 'Used lately',
  smileys: 'Smileys',
  people: 'People',
  nature: 'Animals and nature',
  food: 'Food and drink',
  activity: 'Activities',
  travel: 'Travel',
  objects: 'Objects',
  symbols: 'Symbols',

  // rating
  rate: 'How did we do?',
  score1: 'Very bad',
  score2: 'Bad',
  score3: 'Fair',
  score4: 'Good',
  score5: 'Very good',
  comment: 'Anything you want to add?',
  sendRating: 'Send rating',
  ratingFailed: 'Your rating could not be sent. Please try again when you are online.',
  notNow: 'Not now',

  // menu
  transcript: 'Download transcript',
  transcriptTitle: 'Conversation with {team}',
  transcriptFailed: 'The transcript could not be made. Please try again.',
  soundOn: 'Turn sound on',
  soundOff: 'Turn sound off',
  notify: 'Notify me of answers',
  notifyOff: 'Stop notifications',
  notifyBlocked: 'Your browser blocks notifications from this website.',
  shortcuts: 'Keyboard shortcuts',
  shortcutSend: 'Send the message',
  shortcutLine: 'New line',
  shortcutClose: 'Close the chat',
  shortcutEmoji: 'Open the emoji',
  shortcutLog: 'Go through the messages',
  erase: 'Delete my data',
  eraseTitle: 'Delete everything?',
  eraseText: 'All your conversations, files and what we know about you will be deleted for good, here and on our side. This cannot be undone.',
  eraseYes: 'Delete everything',
  eraseNo: 'Keep it',
  erasing: 'Deleting…',
  erased: 'Everything has been deleted.',
  eraseFailed: 'Your data could not be deleted. Please try again when you are online.',

  // the window
  resize: 'Change the size of the chat with the arrow keys',
  messageFrom: 'New message from {name}',
} satisfies Texts;
