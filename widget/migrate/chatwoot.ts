/** `window.chatwootSDK`, `window.$chatwoot`, `window.chatwootSettings` and the events on `window`, for pages that were written for them. docs/migrating.md has the table. */
import type { WidgetMessage, WidgetOptions } from '../sdk-types.ts';
import { attributes, calm, desk, fields, given, identify, locale, logout, need, on, setAttributes, state, warn, type Loose } from './desk.ts';

interface Settings extends Loose { hideMessageBubble?: boolean; position?: string; locale?: string; useBrowserLanguage?: boolean; type?: string; launcherTitle?: string }

const page = window as unknown as { chatwootSDK?: Loose; chatwootSettings?: Settings; $chatwoot?: Loose };

const NOT_OURS = ['showUnreadMessagesDialog', 'showPopoutButton', 'widgetStyle', 'baseDomain', 'unavailableMessage', 'enableEndConversation'];

function optionsOf(said: unknown): WidgetOptions {
  const settings: Settings = fields(said);
  for (const setting of NOT_OURS) if (setting in settings) warn(`chatwootSettings.${setting}`);
  const { hideMessageBubble: hidden, type, welcomeTitle, welcomeDescription } = settings;
  return given({
    launcher: hidden === undefined ? undefined : !hidden,
    position: settings.position && `bottom-${settings.position}`,
    locale: settings.useBrowserLanguage ? 'auto' : settings.locale && locale(settings.locale),
    launcherLabel: type === 'expanded_bubble' ? settings.launcherTitle ?? 'Chat with us' : undefined,
    theme: settings.darkMode,
    greeting: [welcomeTitle, welcomeDescription].filter(Boolean).join('\n') || undefined,
    replyTime: settings.availableMessage,
    attachments: settings.enableFileUpload,
    emoji: settings.enableEmojiPicker,
  }) as WidgetOptions;
}

const verbs: Record<string, (first: never, second: never) => void> = {
  toggle(wanted: string | undefined) {
    if (wanted === 'open' || wanted === 'close') desk(wanted);
    else desk('toggle');
  },
  toggleBubbleVisibility: (wanted: string) => desk(wanted === 'hide' ? 'hideLauncher' : 'showLauncher'),
  popoutChatWindow() {
    warn('$chatwoot.popoutChatWindow');
    desk('open');
  },
  setUser(identifier: string | number, user: Loose = {}) {
    need(typeof identifier === 'number' || (identifier && typeof identifier === 'string'), 'the identifier, a text or a number');
    const { name, email, phone_number: phone, identifier_hash: userHash, avatar_url: avatar, ...facts } = fields(user);
    if (avatar) warn('$chatwoot.setUser avatar_url');
    identify({ userId: `${identifier}`, userHash, name, email, phone } as Loose);
    setAttributes(attributes(facts));
  },
  setCustomAttributes: (facts) => setAttributes(attributes(fields(facts))),
  deleteCustomAttribute: (name) => setAttributes({ [name]: null }),
  setConversationCustomAttributes: (facts) => setAttributes(attributes(fields(facts))),
  deleteConversationCustomAttribute: (name) => setAttributes({ [name]: null }),
  setLabel: (label) => desk('addTags', label),
  removeLabel: () => warn('$chatwoot.removeLabel'),
  setLocale(tag) {
    need(tag, 'a language');
    desk('setLocale', locale(tag));
  },
  setColorScheme: (theme) => desk('update', { theme }),
  reset() {
    chatwoot.resetTriggered = true;
    logout();
  },
};

const chatwoot: Loose = Object.defineProperty({ hasLoaded: false, resetTriggered: false }, 'isOpen', { get: () => state().open ?? false, enumerable: true });
for (const [name, verb] of Object.entries(verbs)) chatwoot[name] = calm(() => `$chatwoot.${name}`, verb);

const dispatch = (name: string, detail?: unknown): void => void dispatchEvent(new CustomEvent(`chatwoot:${name}`, { detail }));

/** A message as the vendor's event tells it: 0 came in from the visitor, 1 went out to them. */
const message = (type: 0 | 1) => ({ conversationId, text, author, at }: WidgetMessage): void =>
  dispatch('on-message', { content: text, content_type: 'text', message_type: type, conversation_id: conversationId, created_at: Math.floor(Date.parse(at) / 1000), sender: author ? { name: author, type: 'user' } : undefined });

on('ready', () => {
  chatwoot.hasLoaded = true;
  dispatch('ready');
});
on('open', () => dispatch('opened'));
on('close', () => dispatch('closed'));
on('error', (detail) => dispatch('error', detail));
on('message:sent', message(0));
on('message:received', message(1));
on('conversation:started', () => dispatch('on-start-conversation', { hasConversation: false }));
on('unread', (count) => dispatch('on-unread-message-count-changed', { unreadMessageCount: count }));

page.$chatwoot = chatwoot;
page.chatwootSDK = { run: calm(() => 'chatwootSDK.run', () => desk('boot', optionsOf(page.chatwootSettings ?? {}))) };
// A page that leaves the vendor's run() out still says how it wants the chat.
if (page.chatwootSettings) calm(() => 'chatwootSettings', () => desk('update', optionsOf(page.chatwootSettings ?? {})))();
