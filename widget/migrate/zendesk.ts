/** `zE`, for pages that were written for Zendesk's messaging. docs/migrating.md has the table. */
import type { Consent, WidgetEvents } from '../sdk-types.ts';
import { attributes, calm, desk, given, identify, locale, logout, on, pixels, setAttributes, tell, warn, type Loose } from './desk.ts';

type Command = (first: never, second: never) => unknown;
interface Global { (...args: unknown[]): unknown; set?: unknown; _?: ArrayLike<unknown>[]; q?: ArrayLike<unknown>[] }

const page = window as unknown as { zE?: Global; zESettings?: { webWidget?: Loose } & Loose };
const CONSENT: Record<string, Consent> = { all: 'persistent', true: 'persistent', functional: 'session', none: 'none', false: 'none' };

/** The page's function is given a function to hand the token to. The answer comes once, when the gateway has looked at it. */
function loginUser(jwt: (take: (token: string) => void) => void, done: unknown): void {
  jwt(calm((token: string) => {
    const offs = [
      on('identity', (identity) => identity && end(null)),
      on('error', ({ code, message }) => /^(?:identity|token)_/.test(code) && end({ type: code, message, reason: message })),
    ];
    function end(error: Loose | null): void {
      for (const off of offs) off();
      tell(done, error);
    }
    identify({ token });
  }));
}

function reset(done: unknown): void {
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
  locale: (tag) => desk('setLocale', locale(tag)),
  zIndex: (zIndex) => desk('update', { zIndex }),
  cookies: (wanted: unknown) => desk('setConsent', CONSENT[String(wanted)] ?? 'none'),
  conversationFields: (fields: { id: string; value: unknown }[], done) => {
    setAttributes(attributes(Object.fromEntries(fields.map(({ id, value }) => [id, value]))));
    tell(done);
  },
  conversationTags: (tags: string[]) => desk('addTags', tags),
  customization({ theme: { primary, ...rest } = {}, ...others }: { theme?: Loose }) {
    if (primary) desk('update', { color: primary as string });
    for (const name of [...Object.keys(rest).map((key) => `theme.${key}`), ...Object.keys(others)]) warn(`zE('messenger:set', 'customization') ${name}`);
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

const zE = calm((scope: unknown, name: string, ...args: never[]): unknown => {
  if (typeof scope === 'function') return on('ready', () => tell(scope));
  if (scope === 'messenger:on') return listen(name, args[0]);
  const commands = scopes[String(scope)];
  if (commands && Object.hasOwn(commands, name)) return commands[name]?.(args[0] as never, args[1] as never);
  warn(`zE('${String(scope)}', '${name}')`);
}) as Global;

/** Settings of the older widget that say how ours should look. */
function takeSettings({ webWidget = {}, ...others }: { webWidget?: Loose } & Loose): void {
  const { color, position, offset, zIndex, ...rest } = webWidget as Record<string, Record<string, string | undefined>>;
  desk('update', given({
    color: color?.theme, position: position && `${position.vertical ?? 'bottom'}-${position.horizontal ?? 'right'}`,
    offsetX: pixels(offset?.horizontal), offsetY: pixels(offset?.vertical), zIndex,
  }) as Loose);
  for (const name of [...Object.keys(rest).map((key) => `webWidget.${key}`), ...Object.keys(others)]) warn(`zESettings.${name}`);
}

const waiting = page.zE?._ ?? page.zE?.q ?? [];
page.zE = zE;
zE.set = () => warn('zE.set');
if (page.zESettings) calm(takeSettings)(page.zESettings);
for (const args of Array.from(waiting)) zE(...Array.from(args));
