/** `window.$crisp` and the `CRISP_…` globals, for pages that were written for them. docs/migrating.md has the table. */
import type { WidgetIdentity, WidgetMessage } from '../sdk-types.ts';
import { attributes, calm, desk, identify, locale, logout, on, setAttributes, state, tell, track, visitor, warn, type Loose } from './desk.ts';

type Call = (first: never, second: never) => unknown;
type Calls = Record<string, Call>;

const page = window as unknown as Loose & { $crisp?: unknown[] & Loose; CRISP_RUNTIME_CONFIG?: Loose };
/** What the page set, for `get`. */
const data: Loose = {};
const kept: Loose = { 'session:data': data };
/** What the page listens to; `off` ends it, where it is an event of ours. */
const listening: Array<{ name: string; callback: unknown; off?: (() => void) | undefined }> = [];

function keep(name: string, value: unknown, tellOthers: () => void): void {
  kept[name] = value;
  tellOthers();
  for (const listener of listening) if (listener.name === `${name}:changed`) tell(listener.callback, value);
}

/** One thing is given as it is, several as a list. */
const several = (first: unknown, second: unknown): [string, unknown][] => (Array.isArray(first) ? first : [[first, second]]) as [string, unknown][];
const sayWho = (name: string, value: unknown, identity: WidgetIdentity): void => keep(name, value, () => identify(identity));

const set: Calls = {
  // It does not open the chat; prefill() does.
  'message:text': (text) => keep('message:text', text, () => state().open && desk('prefill', text)),
  'session:segments': (segments) => desk('addTags', segments),
  'session:data'(facts, value) {
    const named = Object.fromEntries(several(facts, value));
    Object.assign(data, named);
    setAttributes(attributes(named));
  },
  'session:event'(events, meta) {
    for (const [name, details] of several(events, meta)) track(name, details);
  },
  // The signature is made of the e-mail address, so that is the person's id.
  'user:email': (email, userHash) => sayWho('user:email', email, userHash ? { email, userHash, userId: email } : { email }),
  'user:phone': (phone) => sayWho('user:phone', phone, { phone }),
  'user:nickname': (name) => sayWho('user:nickname', name, { name }),
  'user:company': (name) => keep('user:company', name, () => setAttributes({ company: name })),
};

const doing: Calls = {
  'chat:open': () => desk('open'),
  'chat:close': () => desk('close'),
  'chat:toggle': () => desk('toggle'),
  'chat:show': () => desk('showLauncher'),
  'chat:hide': () => desk('hideLauncher'),
  'message:send': (type, text) => {
    if (type === 'text') desk('sendMessage', text);
    else warn('$crisp do message:send');
  },
  'message:thread:start': () => desk('startConversation'),
  'session:reset': logout,
  'helpdesk:article:open': (_locale, id) => desk('openArticle', String(id)),
};

const config: Calls = {
  'position:reverse': (yes) => desk('update', { position: yes ? 'bottom-left' : 'bottom-right' }),
  'color:theme'(color: string) {
    if (color[0] === '#') desk('update', { color });
    else warn('$crisp config color:theme');
  },
  'container:index': (zIndex) => desk('update', { zIndex }),
  'sound:mute': (yes) => desk('update', { sound: !yes }),
};

function message(own: boolean, { text, author, at }: WidgetMessage): Loose {
  const timestamp = Date.parse(at);
  return { type: 'text', origin: 'chat', content: text, from: own ? 'user' : 'operator', is_me: own, timestamp, fingerprint: timestamp, user: { nickname: author ?? visitor().name } };
}

const session = (): string | undefined => state().identity?.userId;

const events: Record<string, (callback: unknown) => () => void> = {
  'session:loaded': (callback) => on('ready', () => tell(callback, session())),
  'chat:opened': (callback) => on('open', () => tell(callback)),
  'chat:closed': (callback) => on('close', () => tell(callback)),
  'website:availability:changed': (callback) => on('availability', ({ available }) => tell(callback, available)),
  'chat:initiated': (callback) => on('conversation:started', () => tell(callback)),
  'message:sent': (callback) => on('message:sent', (sent) => tell(callback, message(true, sent))),
  'message:received': (callback) => on('message:received', (received) => tell(callback, message(false, received))),
};

function listen(name: string, callback: unknown): void {
  const off = events[name]?.(callback);
  if (off || /^user:(?:email|phone|nick)/.test(name)) listening.push({ name, callback, off });
  else warn(`$crisp on ${name}`);
}

function unlisten(name: string): void {
  for (const listener of listening) {
    if (listener.name !== name) continue;
    listener.off?.();
    listener.name = '';
  }
}

const verbs: Record<string, Calls | ((name: string, callback: unknown) => void)> = { set, do: doing, config, on: listen, off: unlisten, safe: () => {} };

const take = calm(([verb, name, args]: [string, string, unknown]): void => {
  const group = verbs[verb];
  if (typeof group === 'function') group(name, args);
  else if (group?.[name]) group[name](...([] as unknown[]).concat(args) as [never, never]);
  else warn(`$crisp ${verb} ${name}`);
});

function push(...calls: unknown[]): void {
  for (const call of calls) take(call as [string, string, unknown]);
}

const get = (name: string, key?: string): unknown => {
  if (name === 'chat:unread:count') return state().unread ?? 0;
  if (name === 'session:identifier') return session();
  if (key !== undefined) return data[key];
  if (!set[name]) warn(`$crisp get ${name}`);
  return kept[name] ?? null;
};

const ANSWERS: Record<string, 'open' | 'launcher' | 'available'> = { 'chat:opened': 'open', 'chat:visible': 'launcher', 'website:available': 'available' };
const is = (name: string): boolean => {
  const answer = ANSWERS[name];
  if (answer) return state()[answer] ?? false;
  warn(`$crisp is ${name}`);
  return false;
};

const { locale: language, ...runtime } = page.CRISP_RUNTIME_CONFIG ?? {};
for (const name of ['CRISP_TOKEN_ID', 'CRISP_COOKIE_DOMAIN', 'CRISP_COOKIE_EXPIRE']) if (page[name]) warn(name);
for (const name in runtime) warn(`CRISP_RUNTIME_CONFIG.${name}`);
if (page.CRISP_WEBSITE_ID) desk('boot', language ? { locale: locale(language as string) } : {});
on('ready', () => tell(page.CRISP_READY_TRIGGER));
on('open', () => kept['message:text'] && desk('prefill', kept['message:text'] as string));

// The page's own array, which it may have kept hold of, learns to do at once what was put into it.
const crisp = (page.$crisp ??= [] as unknown as unknown[] & Loose);
const waiting = crisp.splice(0);
Object.assign(crisp, { push, get, is });
push(...waiting);
