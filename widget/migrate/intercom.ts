/** `window.Intercom` and `window.intercomSettings`, for pages that were written for them. docs/migrating.md has the table. */
import type { WidgetOptions } from '../sdk-types.ts';
import { attributes, calm, catchUp, color, desk, fields, given, identify, locale, logout, on, pixels, setAttributes, spelled, tell, track, warn, type Loose } from './desk.ts';

interface Settings extends Loose {
  alignment?: string;
  horizontal_padding?: string | number;
  vertical_padding?: string | number;
  z_index?: string | number;
  hide_default_launcher?: boolean;
  language_override?: string;
  user_id?: string | number;
}

const page = window as unknown as { Intercom?: { q?: ArrayLike<unknown>[]; booted?: boolean }; intercomSettings?: Settings };

/** Settings that are neither options, nor facts about the visitor. */
const NOT_OURS = ['api_base', 'region', 'avatar', 'page_title', 'hide_notifications', 'session_duration', 'link_color'];

function optionsOf(settings: Settings): WidgetOptions {
  const { alignment, hide_default_launcher: hidden, language_override: language } = settings;
  return given({
    color: color('intercomSettings.action_color', settings.action_color) ?? color('intercomSettings.background_color', settings.background_color),
    position: alignment && `bottom-${alignment}`,
    offsetX: pixels(settings.horizontal_padding),
    offsetY: pixels(settings.vertical_padding),
    zIndex: pixels(settings.z_index),
    launcher: hidden === undefined ? undefined : !hidden,
    launcherSelector: settings.custom_launcher_selector,
    locale: language && locale(language),
  }) as WidgetOptions;
}

/** What is left of the settings is a fact about the visitor, as `created_at`, `utm_source` or one of the site's own. */
function take(verb: 'boot' | 'update', own: unknown): void {
  const settings: Settings = { ...fields(page.intercomSettings, true), ...fields(own, true) };
  const {
    app_id: _app, action_color: _action, background_color: _background, alignment: _alignment, horizontal_padding: _x, vertical_padding: _y, z_index: _z,
    hide_default_launcher: _hidden, custom_launcher_selector: _selector, language_override: _language,
    user_id: id, user_hash: userHash, intercom_user_jwt: token, email, name, phone, company, companies, ...rest
  } = settings;
  for (const setting of NOT_OURS) {
    if (setting in rest) warn(`intercomSettings.${setting}`);
    delete rest[setting];
  }
  const options = optionsOf(settings);
  if (verb === 'boot' || Object.keys(options).length > 0) desk(verb, options);
  // Without an id of its own, the hash is made of the e-mail address.
  const userId = id ?? (userHash ? email : undefined);
  identify({ userId: userId && `${userId as string | number}`, userHash, token, email, name, phone } as Loose);
  const facts = { ...rest, ...(Array.isArray(companies) ? { companies: companies.map((one: Loose) => one?.name ?? one?.company_id).join(', ') } : {}) };
  setAttributes({ ...attributes(facts), ...attributes(fields(company, true), 'company_') });
}

const commands: Record<string, (...args: never[]) => unknown> = {
  boot: (settings) => take('boot', settings),
  update: (settings) => take('update', settings),
  shutdown() {
    logout();
    desk('destroy');
  },
  show: () => desk('open'),
  hide: () => desk('close'),
  showMessages: () => desk('open'),
  showSpace(name) {
    if (name !== 'home' && name !== 'messages') warn(`Intercom('showSpace', '${String(name)}')`);
    desk('open');
  },
  showNewMessage(text) {
    if (text) desk('prefill', text);
    desk('open');
  },
  showConversation() {
    warn("Intercom('showConversation')");
    desk('open');
  },
  startConversation: (text) => desk('startConversation', text),
  showArticle: (id) => desk('openArticle', String(id)),
  trackEvent: (name, meta) => track(name, fields(meta, true)),
  onShow: (callback) => on('open', () => tell(callback)),
  onHide: (callback) => on('close', () => tell(callback)),
  onUnreadCountChange: (callback) => on('unread', (count) => tell(callback, count)),
  ready: (callback) => on('ready', () => tell(callback)),
  // Our loader listens for the page's own launcher elements by itself, also for those that come later.
  reattach_activator: () => desk('update', optionsOf(page.intercomSettings ?? {})),
};

const intercom = calm((...words) => spelled('Intercom', words.slice(0, 1)), (command: string, ...args: never[]): void => {
  if (Object.hasOwn(commands, command)) commands[command]?.(...args);
  else warn(spelled('Intercom', [command]));
});

const queue = page.Intercom?.q ?? [];
page.Intercom = Object.assign(intercom, { booted: true });
if (page.intercomSettings) intercom('boot');
catchUp(queue, intercom);
