/** `zE`, for pages that were written for Zendesk's messaging. docs/migrating.md has the table. */
import type { Consent, WidgetEvents } from '../sdk-types.ts';
import { attributes, calm, catchUp, color, desk, fields, given, identify, locale, logout, need, on, pixels, setAttributes, spelled, tell, warn, type Loose } from './desk.ts';

type Command = (first: never, second: never) => unknown;
interface Global { (...args: unknown[]): unknown; set?: unknown; _?: ArrayLike<unknown>[]; q?: ArrayLike<unknown>[] }

const page = window as unknown as { zE?: Global; zESettings?: { webWidget?: Loose } & Loose };
const LOGIN = "zE('messenger', 'loginUser')";
const CONSENT: Record<string, Consent> = { all: 'persistent', true: 'persistent', functional: 'session', none: 'none', false: 'none' };

/** Ends the login that still waits for its answer. */
let answer = (_type: string | null, _message?: string): void => {};

/** The page's function is given a function to hand the token to. The answer comes once, when the gateway has looked at it. */
function loginUser(jwt: (take: (token: string) => void) => void, done: unknown): void {
  need(typeof jwt === 'function', 'a function that hands a token over');
  jwt(calm(() => LOGIN, (token: string) => {
    supersede();
    let offs: Array<() => void> = [];
    answer = (type, message) => {
      for (const off of offs) off();
      answer = () => {};
      tell(done, type && { type, message, reason: message });
    };
    if (!token || typeof token !== 'string') {
      answer('identity_invalid', 'There is no token.');
      need(false, 'a token');
    }
    offs = [on('identity', (identity) => identity && answer(null)), on('error', ({ code, message }) => code.startsWith('identity_') && answer(code, message))];
    // Also with the token of before: whoever logs in waits for an answer.
    identify({ token }, true);
  }));
}

const supersede = (): void => answer('superseded', 'Another login came first.');

function reset(done: unknown): void {
  supersede();
  logout();
  tell(done);
}

const messenger: Record<string, Command> = {
  open: () => desk('open'),
  close: () => desk('close'),
  show: () => desk('showLauncher'),
  hide() {
    desk('close');
    desk('hideLauncher');
  },
  loginUser,
  logoutUser: reset,
  resetWidget: reset,
  sendMessage: (text) => desk('sendMessage', text),
};

const set: Record<string, Command> = {
  locale(tag) {
    need(tag, 'a language');
    desk('setLocale', locale(tag));
  },
  zIndex: (zIndex) => desk('update', { zIndex }),
  cookies: (wanted: unknown) => desk('setConsent', CONSENT[String(wanted)] ?? 'none'),
  conversationFields: (list: unknown[], done) => {
    need(Array.isArray(list), 'a list of { id, value }');
    setAttributes(attributes(Object.fromEntries(list.map((one) => fields(one)).map(({ id, value }) => [id, value]))));
    tell(done);
  },
  conversationTags(tags: string[]) {
    need(Array.isArray(tags), 'a list');
    desk('addTags', tags);
  },
  customization(wanted) {
    const name = "zE('messenger:set', 'customization')";
    const { theme, ...others } = fields(wanted);
    const { primary, ...rest } = fields(theme, true);
    desk('update', given({ color: color(`${name} theme.primary`, primary) }) as Loose);
    for (const one of [...Object.keys(rest).map((key) => `theme.${key}`), ...Object.keys(others)]) warn(`${name} ${one}`);
  },
};

/** What has an event of ours. The first three tell what they always told, the others `{ id, createdAt, type }`. */
const EVENTS: Record<string, keyof WidgetEvents> = {
  open: 'open', close: 'close', unreadMessages: 'unread', conversationStarted: 'conversation:started', conversationOpened: 'open',
};

function listen(name: string, callback: unknown): () => void {
  const event = Object.hasOwn(EVENTS, name) && EVENTS[name];
  if (!event) {
    warn(`zE('messenger:on', '${name}')`);
    return () => {};
  }
  return on(event, (detail) => {
    if (name === 'unreadMessages') tell(callback, detail);
    else if (name === event) tell(callback);
    else tell(callback, { id: (detail as Loose | undefined)?.conversationId ?? null, createdAt: new Date().toISOString(), type: name });
  });
}

const scopes: Record<string, Record<string, Command>> = { messenger, 'messenger:set': set, 'messenger:ui': { newConversation: () => desk('startConversation') } };

const zE = calm((...words) => spelled('zE', words.slice(0, 2)), (scope: unknown, name: string, ...args: never[]): unknown => {
  if (typeof scope === 'function') return on('ready', () => tell(scope));
  if (scope === 'messenger:on') return listen(name, args[0]);
  const commands = scopes[String(scope)];
  if (commands && Object.hasOwn(commands, name)) return commands[name]?.(args[0] as never, args[1] as never);
  warn(spelled('zE', [scope, name]));
}) as Global;

/** Settings of the older widget that say how ours should look. */
const takeSettings = calm(() => 'zESettings', ({ webWidget, ...others }: Loose): void => {
  const { color: colors, position, offset, zIndex, ...rest } = fields(webWidget, true) as Record<string, Record<string, string | undefined>>;
  desk('update', given({
    color: color('zESettings.webWidget.color.theme', colors?.theme), position: position && `${position.vertical ?? 'bottom'}-${position.horizontal ?? 'right'}`,
    offsetX: pixels(offset?.horizontal), offsetY: pixels(offset?.vertical), zIndex,
  }) as Loose);
  for (const name of [...Object.keys(rest).map((key) => `webWidget.${key}`), ...Object.keys(others)]) warn(`zESettings.${name}`);
});

const waiting = page.zE?._ ?? page.zE?.q ?? [];
page.zE = zE;
zE.set = () => warn('zE.set');
if (page.zESettings) takeSettings(page.zESettings);
catchUp(waiting, zE);
