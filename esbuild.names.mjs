/**
 * Names of properties and methods that only the panel and its parts use among themselves. The build shortens them, which saves every visitor a third of
 * a kilobyte. Nothing else may have such a name: neither the browser nor Preact, nor what is stored, goes over a wire, is exported or is asked for by a
 * text. test/widget-names.test.ts sees to that; a name that it complains about is taken off the list.
 */
const INNER = [
  // What the connection and the tabs are made of.
  'openWire', 'wire', 'Channel', 'mustLead', 'lead', 'relay', 'onState', 'onRefused', 'onNews', 'wake', 'restart', 'suspect', 'exclusively', 'locking', 'tell',
  // The session, the log, and what waits.
  'hasActed', 'act', 'isIdentifying', 'isForeign', 'isSettled', 'identityRefused', 'lastConversation', 'rememberConversation', 'outcome', 'takeEntry',
  'takeReads', 'takeSync', 'named', 'begun', 'room', 'factory', 'mayHoldItems', 'isDurable', 'setStarted', 'waitingFor', 'setOnline', 'setWatching',
  'onLanded', 'onMissing', 'onSynced',
  // The messenger.
  'environment', 'messenger', 'durable', 'clockOffset', 'wasOnline', 'keep', 'checkSession', 'onStarted', 'onSent', 'onClosed', 'onReceived',
  'onForgotten', 'onIdentity', 'onError',
  // The view.
  'meanwhile', 'Loaded', 'hold', 'keeps', 'stepBack', 'onBottom', 'onClose', 'onDone', 'onPick', 'onAgain', 'atBottom', 'reached', 'toBottom', 'scrolled',
  'resized', 'grown', 'hush', 'quiet', 'firstKey', 'unsaved', 'uploads', 'picker', 'toggleEmoji', 'insert', 'giveBack', 'isBusy',
];

const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');

/** Each of them with the name that it gets. */
export const SHORTENED = Object.fromEntries(INNER.map((name, place) => [name, (place < LETTERS.length ? '' : LETTERS[Math.floor(place / LETTERS.length) - 1]) + LETTERS[place % LETTERS.length]]));

/** For esbuild. */
export const shorterNames = { mangleProps: new RegExp(`^(?:${INNER.join('|')})$`), mangleCache: SHORTENED };
