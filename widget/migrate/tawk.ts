/** `Tawk_API`, for pages that were written for tawk.to. docs/migrating.md has the table. */
import type { WidgetOptions } from '../sdk-types.ts';
import { attributes, calm, desk, given, identify, logout, on, pixels, setAttributes, state, tell, track, visitor, warn, type Loose } from './desk.ts';

const page = window as unknown as { Tawk_API?: Loose; Tawk_LoadStart?: Date };
/** The page's own object: it puts its settings and callbacks there, at any time, and finds our verbs there. */
const tawk: Loose = (page.Tawk_API ??= {});
page.Tawk_LoadStart ??= new Date();

const CORNERS: Record<string, WidgetOptions['position']> = { br: 'bottom-right', bl: 'bottom-left', tr: 'top-right', tl: 'top-left' };
/** Callbacks for which nothing of ours happens. */
const NEVER = ['onPrechatSubmit', 'onOfflineSubmit', 'onChatMessageSystem', 'onAgentJoinChat', 'onAgentLeaveChat', 'onChatSatisfaction', 'onFileUpload'];

let corner = 'br';
let ongoing = false;
let started = false;

const event = (name: string, ...args: unknown[]): void => tell(tawk[name], ...args);

interface Place { position?: string; xOffset?: string | number; yOffset?: string | number }

function takeStyle({ zIndex, visibility: { desktop = {}, ...others } = {} }: { zIndex?: number; visibility?: Record<string, Place> }): void {
  const { position = corner, xOffset, yOffset } = desktop;
  if (CORNERS[position]) corner = position;
  else warn(`Tawk_API.customStyle position ${position}`);
  for (const name of Object.keys(others)) warn(`Tawk_API.customStyle ${name}`);
  desk('update', given({ zIndex, position: desktop.position ? CORNERS[position] : undefined, offsetX: pixels(xOffset), offsetY: pixels(yOffset) }));
}

/** The signature is made of the id where there is one, else of the e-mail address. */
function who({ userId, name, email, phone, hash }: Record<string, string | undefined>): void {
  const { name: before } = visitor();
  identify({ userId: userId ?? (hash ? email : undefined), userHash: hash, name, email, phone });
  if (name !== undefined && name !== before) event('onVisitorNameChanged', name);
}

function takeSettings(): void {
  if (tawk.customStyle) takeStyle(tawk.customStyle);
  if (tawk.visitor) who(tawk.visitor as Record<string, string>);
  if (tawk.secureMode && !visitor().userHash) warn('Tawk_API.secureMode', 'is on, but the visitor comes without a hash, so nothing of them is proven');
  for (const name of NEVER) if (name in tawk) warn(`Tawk_API.${name}`);
}

const inform = (name: string, done: unknown): void => {
  warn(`Tawk_API.${name}`);
  tell(done, `${name} has no counterpart`);
};

const verbs: Record<string, (first: never, second: never, third: never) => unknown> = {
  start() {
    started = true;
    desk('boot');
  },
  shutdown: () => desk('destroy'),
  maximize: () => desk('open'),
  minimize: () => desk('close'),
  toggle: () => desk('toggle'),
  popup() {
    warn('Tawk_API.popup');
    desk('open');
  },
  showWidget: () => desk('showLauncher'),
  hideWidget() {
    desk('close');
    desk('hideLauncher');
    event('onChatHidden');
  },
  toggleVisibility: () => (verbs.isChatHidden as () => boolean)() ? desk('showLauncher') : (verbs.hideWidget as () => void)(),
  endChat: () => warn('Tawk_API.endChat'),
  getWindowType: () => 'inline',
  getStatus: () => (state().available === false ? 'offline' : 'online'),
  isChatMaximized: () => state().open ?? false,
  isChatMinimized: () => !state().open,
  isChatHidden: () => state().launcher === false,
  isChatOngoing: () => ongoing,
  isVisitorEngaged: () => ongoing,
  widgetPosition: () => corner,
  setAttributes({ name, email, phone, hash, ...facts }: Record<string, string>, done) {
    who(given({ name, email, phone, hash }));
    setAttributes(attributes(facts));
    tell(done);
  },
  addEvent(name, meta, done) {
    const facts = typeof meta === 'object' ? meta : undefined;
    track(name, facts);
    tell(facts === meta ? done : meta);
  },
  addTags(tags: string[], done) {
    desk('addTags', tags);
    event('onTagsUpdated', tags);
    tell(done);
  },
  removeTags: (_tags, done) => inform('removeTags', done),
  switchWidget: (_widget, done) => inform('switchWidget', done),
  login(person: Record<string, string>, done) {
    who(person);
    tell(done);
  },
  logout(done) {
    logout();
    tell(done);
  },
};
for (const [name, verb] of Object.entries(verbs)) tawk[name] = calm(verb);

on('ready', calm(() => {
  if (tawk.autoStart === false && !started) return desk('destroy');
  event('onBeforeLoaded');
  event('onBeforeLoad');
  takeSettings();
  tawk.onLoaded = true;
  event('onLoad');
}));
on('open', () => event('onChatMaximized'));
on('close', () => event('onChatMinimized'));
on('availability', ({ available }) => event('onStatusChange', available ? 'online' : 'offline'));
on('unread', (count) => event('onUnreadCountChanged', count));
on('message:sent', ({ text }) => event('onChatMessageVisitor', text));
on('message:received', ({ text }) => event('onChatMessageAgent', text));
on('conversation:started', ({ conversationId }) => {
  ongoing = true;
  event('onChatStarted', { chatId: conversationId });
});
on('conversation:closed', ({ conversationId }) => {
  ongoing = false;
  event('onChatEnded', { chatId: conversationId });
});
