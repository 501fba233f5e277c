/** `window.$crisp` and the `CRISP_…` globals, for pages that were written for them. docs/migrating.md has the table. */
import type { WidgetEvents, WidgetMessage } from '../sdk-types.ts';
import { attributes, calm, desk, identify, locale, logout, setAttributes, state, tell, track, visitor, warn, type Loose } from './desk.ts';

const page = window as unknown as Loose & { $crisp?: unknown[]; CRISP_RUNTIME_CONFIG?: Loose };
/** What the page set, for `get`. */
const data: Loose = {};
const kept: Loose = { 'session:data': data };
/** What the page listens to: its functions, by the vendor's names. */
const heard: Record<string, unknown[]> = { 'user:email:changed': [], 'user:phone:changed': [], 'user:nickname:changed': [] };
let loaded = false;
/** The visitor has written, as far as this page knows. */
let ongoing = false;
let opened = false;

function fire(name: string, ...args: unknown[]): void {
  for (const callback of heard[name] ?? []) tell(callback, ...args);
}

/** What is ours is the vendor's, too; `say` answers what that one says. */
function when<E extends keyof WidgetEvents>(event: E, name: string, say: (detail: WidgetEvents[E]) => unknown[] = () => []): void {
  heard[name] = [];
  desk('on', event, (detail) => fire(name, ...say(detail as WidgetEvents[E])));
}

function keep(name: string, value: unknown): void {
  kept[name] = value;
  fire(`${name}:changed`, value);
}

/** One thing is given as it is, several as a list. */
const several = (first: unknown, second: unknown): [string, unknown][] => (Array.isArray(first) ? first : [[first, second]]) as [string, unknown][];

const calls: Record<string, (first: never, second: never) => unknown> = {
  // It does not open the chat; prefill() does.
  'set message:text'(text) {
    keep('message:text', text);
    if (state().open) desk('prefill', text);
  },
  'set session:segments': (segments) => desk('addTags', segments),
  'set session:data'(facts, value) {
    const named = Object.fromEntries(several(facts, value));
    Object.assign(data, named);
    setAttributes(attributes(named));
  },
  'set session:event'(events, meta) {
    for (const [name, details] of several(events, meta)) track(name, details);
  },
  // The signature is made of the e-mail address, so that is the person's id.
  'set user:email'(email, userHash) {
    keep('user:email', email);
    identify(userHash ? { email, userHash, userId: email } : { email });
  },
  'set user:phone'(phone) {
    keep('user:phone', phone);
    identify({ phone });
  },
  'set user:nickname'(name) {
    keep('user:nickname', name);
    identify({ name });
  },
  'set user:company'(company) {
    keep('user:company', company);
    setAttributes({ company });
  },
  'do chat:open': () => desk('open'),
  'do chat:close': () => desk('close'),
  'do chat:toggle': () => desk('toggle'),
  'do chat:show': () => desk('showLauncher'),
  'do chat:hide': () => desk('hideLauncher'),
  'do message:send'(type, text) {
    if (type === 'text') desk('sendMessage', text);
    else warn('$crisp do message:send');
  },
  'do message:thread:start': () => desk('startConversation'),
  'do session:reset'() {
    ongoing = false;
    logout();
  },
  'do helpdesk:article:open': (_locale, id) => desk('openArticle', String(id)),
  'config position:reverse': (yes) => desk('update', { position: yes ? 'bottom-left' : 'bottom-right' }),
  'config color:theme'(color) {
    if (/^#\w/.test(color)) desk('update', { color });
    else warn('$crisp config color:theme');
  },
  'config container:index': (zIndex) => desk('update', { zIndex }),
  'config sound:mute': (yes) => desk('update', { sound: !yes }),
};

const message = (own: boolean) => ({ text, author, at }: WidgetMessage): Loose[] => {
  const timestamp = Date.parse(at);
  ongoing = true;
  return [{ type: 'text', origin: 'chat', content: text, from: own ? 'user' : 'operator', is_me: own, timestamp, fingerprint: timestamp, user: { nickname: author ?? visitor().name } }];
};

const session = (): string | undefined => state().identity?.userId;

const take = calm(([verb, name]: unknown[]) => `$crisp ${verb as string} ${name as string}`, (call: unknown[]): void => {
  if (!Array.isArray(call)) return warn('$crisp.push', 'needs a list');
  const [verb, name, args] = call as [string, string, unknown];
  const named = `${verb} ${name}`;
  if (verb === 'on' && heard[name]) {
    heard[name].push(args);
    if (loaded && name === 'session:loaded') tell(args, session());
  } else if (verb === 'off') heard[name]?.splice(0);
  else if (calls[named]) calls[named](...[args].flat() as [never, never]);
  else if (verb !== 'safe') warn(`$crisp ${named}`);
});

function push(...given: unknown[]): void {
  for (const call of given) take(call as unknown[]);
}

const get = (name: string, key?: string): unknown => {
  if (name === 'chat:unread:count') return state().unread ?? 0;
  if (name === 'session:identifier') return session();
  if (key !== undefined) return data[key];
  if (!calls[`set ${name}`]) warn(`$crisp get ${name}`);
  return kept[name] ?? null;
};

/** Before the panel is opened for the first time, only those are connected who have written before. */
function lookBack(): void {
  const { connection, unread } = state();
  ongoing ||= Boolean(unread) || (!opened && /online|waiting/.test(`${connection}`));
}

const is = (name: string): boolean => {
  lookBack();
  const { open, launcher, available } = state();
  const answers: Loose = { 'chat:opened': open, 'chat:closed': !open, 'chat:visible': open || launcher, 'chat:hidden': !open && !launcher, 'session:ongoing': ongoing, 'website:available': available };
  if (!(name in answers)) warn(`$crisp is ${name}`);
  return !!answers[name];
};

const { locale: language, ...runtime } = page.CRISP_RUNTIME_CONFIG ?? {};
for (const name in page) if (/^CRISP_(?:TOKEN|COOKIE)/.test(name)) warn(name);
for (const name in runtime) warn(`CRISP_RUNTIME_CONFIG.${name}`);
if (page.CRISP_WEBSITE_ID) desk('boot', language ? { locale: locale(language) } : {});
when('ready', 'session:loaded', () => {
  loaded = true;
  tell(page.CRISP_READY_TRIGGER);
  return [session()];
});
when('open', 'chat:opened', () => {
  lookBack();
  opened = true;
  if (kept['message:text']) desk('prefill', kept['message:text'] as string);
  return [];
});
when('close', 'chat:closed');
when('availability', 'website:availability:changed', ({ available }) => [available]);
when('conversation:started', 'chat:initiated');
when('message:sent', 'message:sent', message(true));
when('message:received', 'message:received', message(false));

// The page's own array, which it may have kept hold of, learns to do at once what was put into it.
push(...Object.assign(page.$crisp ??= [], { push, get, is }).splice(0));
