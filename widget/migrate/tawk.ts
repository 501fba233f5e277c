/** `Tawk_API`, for pages that were written for tawk.to. docs/migrating.md has the table. */
import type { WidgetOptions } from '../sdk-types.ts';
import { attributes, calm, desk, fields, given, identify, logout, on, pixels, setAttributes, state, tell, track, visitor, warn, type Loose } from './desk.ts';

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

const takeStyle = calm(() => 'Tawk_API.customStyle', (style: unknown): void => {
  const { zIndex, visibility } = fields(style);
  const { desktop = {}, ...others } = fields(visibility, true) as Record<string, Place>;
  const { position = corner, xOffset, yOffset } = desktop;
  if (CORNERS[position]) corner = position;
  else warn(`Tawk_API.customStyle position ${position}`);
  for (const name of Object.keys(others)) warn(`Tawk_API.customStyle ${name}`);
  desk('update', given({ zIndex, position: desktop.position ? CORNERS[position] : undefined, offsetX: pixels(xOffset), offsetY: pixels(yOffset) }) as Loose);
});

/** The signature is made of the id where there is one, else of the e-mail address. */
const who = ({ userId, name, email, phone, hash }: Loose): void => {
  const { name: before } = visitor();
  const id = userId ?? (hash && email);
  identify({ userId: id && `${id as string | number}`, userHash: hash, name, email, phone } as Loose);
  if (name && name !== before) event('onVisitorNameChanged', name);
};

function takeSettings(): void {
  if (tawk.customStyle) takeStyle(tawk.customStyle);
  if (tawk.visitor) calm(() => 'Tawk_API.visitor', () => who(fields(tawk.visitor)))();
  if (tawk.secureMode && !visitor().userHash) warn('Tawk_API.secureMode', 'is on, but the visitor comes without a hash, so nothing of them is proven');
  for (const name of NEVER) if (name in tawk) warn(`Tawk_API.${name}`);
}

/** Nothing of the chat is to be seen. */
const isHidden = (): boolean => !state().open && state().launcher === false;

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
  toggleVisibility: () => isHidden() ? desk('showLauncher') : (verbs.hideWidget as () => void)(),
  endChat: () => warn('Tawk_API.endChat'),
  getWindowType: () => 'inline',
  getStatus: () => (state().available === false ? 'offline' : 'online'),
  isChatMaximized: () => state().open ?? false,
  isChatMinimized: () => !state().open && !isHidden(),
  isChatHidden: isHidden,
  isChatOngoing: () => ongoing,
  isVisitorEngaged: () => ongoing,
  widgetPosition: () => corner,
  setAttributes(said, done) {
    const { name, email, phone, hash, ...facts } = fields(said);
    who({ name, email, phone, hash });
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
  login(person, done) {
    who(fields(person));
    tell(done);
  },
  logout(done) {
    ongoing = false;
    logout();
    tell(done);
  },
};
for (const [name, verb] of Object.entries(verbs)) tawk[name] = calm(() => `Tawk_API.${name}`, verb);

on('ready', calm(() => 'Tawk_API', () => {
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
on('message:sent', ({ text }) => {
  ongoing = true;
  event('onChatMessageVisitor', text);
});
on('message:received', ({ text }) => event('onChatMessageAgent', text));
on('conversation:started', ({ conversationId }) => {
  ongoing = true;
  event('onChatStarted', { chatId: conversationId });
});
on('conversation:closed', ({ conversationId }) => {
  ongoing = false;
  event('onChatEnded', { chatId: conversationId });
});
