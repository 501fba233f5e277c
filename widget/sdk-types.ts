/**
 * The types of `window.MiraDesk` and of the npm entry, free of imports: the build ships this file as it is.
 * docs/sdk.md explains verbs, events and options to site owners.
 */

/** The languages the widget speaks. */
export type WidgetLocale = 'en' | 'de' | 'fr' | 'es' | 'pt' | 'it' | 'nl' | 'pl' | 'tr' | 'uk' | 'ja' | 'zh' | 'ar' | 'he';

/** How long the browser may remember a visitor who writes: not at all, until the tab is closed, or until they come back. */
export type Consent = 'none' | 'session' | 'persistent';

/** A fact about the visitor; null takes it away. */
export type AttributeValue = string | number | boolean | null;

/** One question of the form before a chat. */
export interface WidgetFormField {
  key: string;
  label: string;
  kind?: 'text' | 'email' | 'phone' | 'choice' | 'longtext' | undefined;
  required?: boolean | undefined;
  /** What can be chosen, with kind `choice`. */
  choices?: string[] | undefined;
}

/** When the team is there. */
export interface WidgetHours {
  /** IANA name, as Europe/Berlin. */
  timeZone: string;
  /** Seven days, Monday first: the openings of each, as `['09:00', '17:00']`. */
  week: Array<Array<[from: string, to: string]>>;
  /** Days, as 2026-12-25, on which nobody is there. */
  holidays?: string[] | undefined;
}

/** What a page may say for itself, over what the workspace's settings say. */
export interface WidgetOptions {
  /** Brand colour, as `#rrggbb` or `#rgb`. Text on it is black or white, whichever can be read. */
  color?: string | undefined;
  /** Colours of the panel: `auto` follows the visitor's device. */
  theme?: 'auto' | 'light' | 'dark' | undefined;
  /** Corner of the window. */
  position?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left' | undefined;
  /** Distance from the side of the window, in pixels. */
  offsetX?: number | undefined;
  /** Distance from the top or bottom of the window, in pixels. */
  offsetY?: number | undefined;
  zIndex?: number | undefined;
  /** What the launcher shows: a path of SVG, filled, in a square of 28. Those that have names are chosen in the inbox. */
  launcherIcon?: string | undefined;
  /** Words beside the icon; empty: the icon alone. */
  launcherLabel?: string | undefined;
  /** Whether our launcher shows at all. */
  launcher?: boolean | undefined;
  /** CSS selector of the page's own elements that open and close the chat. */
  launcherSelector?: string | undefined;
  /** `auto` is the page's language where the widget speaks it, else the visitor's. */
  locale?: 'auto' | WidgetLocale | undefined;
  consent?: Consent | undefined;
  teamName?: string | undefined;
  /** Up to three people of the team; `picture` is an address. */
  faces?: Array<{ name: string; picture?: string | undefined }> | undefined;
  greeting?: string | undefined;
  /** What to expect, under the team's name, while the team is there. */
  replyTime?: string | undefined;
  /** How round the panel's corners are, in pixels. */
  radius?: number | undefined;
  /** Typeface, as CSS writes it. The page has to have loaded it. */
  font?: string | undefined;
  attachments?: boolean | undefined;
  emoji?: boolean | undefined;
  sound?: boolean | undefined;
  /** Whether the page's title counts unread messages while the page is not looked at. */
  titleBadge?: boolean | undefined;
  /** Whether visitors are asked for a rating when a conversation is closed. */
  rating?: boolean | undefined;
  /** Whether messages say which page they were written on. */
  pageTracking?: boolean | undefined;
  /** A line above the first message. */
  consentText?: string | undefined;
  /** Address of the privacy policy, linked from that line. */
  privacyLink?: string | undefined;
  /** What is asked before the first message. */
  preChat?: WidgetFormField[] | undefined;
  /** When the team is there; `null`: always. */
  hours?: WidgetHours | null | undefined;
  /** Whether visitors are asked for an e-mail address while the team is not there. */
  offlineForm?: boolean | undefined;
  /** Whether the script puts the widget on the page by itself; else `boot()` does. As `data-auto-boot="false"` on the script tag. */
  autoBoot?: boolean | undefined;
}

/** Options as a page may say them: null, like undefined, takes one back, so that it is as the inbox says (of `hours` it says: always). */
export type WidgetChanges = { [Name in keyof WidgetOptions]: WidgetOptions[Name] | null };

/** What the npm entry's boot() is given: where the chat comes from, and the page's options. */
export interface BootOptions extends WidgetChanges {
  /** The workspace's name, as in the address of the snippet. */
  workspace: string;
  /** Origin of the gateway, as `https://chat.example.com`. */
  gateway: string;
  /** The page's nonce, where its Content-Security-Policy has one and no script of the page carries it. */
  nonce?: string | undefined;
}

/** What is known of a visitor; what is left out, or null, stays as it is. */
export interface WidgetProfile {
  name?: string | number | null | undefined;
  email?: string | null | undefined;
  phone?: string | number | null | undefined;
  attributes?: Record<string, AttributeValue> | null | undefined;
  tags?: Array<string | number> | null | undefined;
}

/**
 * Who the visitor is. Proven by `token` (a JWT that your server signed), or by `userHash` (an HMAC of `userId`); an id without a proof is refused, a
 * profile without an id is taken as what the page says. What is empty or null counts as left out.
 */
export interface WidgetIdentity extends WidgetProfile {
  /** Your own id of the person; a number is its digits. */
  userId?: string | number | null | undefined;
  token?: string | null | undefined;
  userHash?: string | null | undefined;
}

/** How things stand. */
export interface WidgetState {
  /** The widget is on the page. */
  booted: boolean;
  open: boolean;
  /** How many messages the visitor has not seen. */
  unread: number;
  connection: 'idle' | 'connecting' | 'online' | 'waiting' | 'refused';
  /** Who the gateway confirmed the visitor to be. */
  identity: { userId: string } | null;
  /** Whether the team is there, by its hours. */
  available: boolean;
  locale: WidgetLocale;
  /** Whether our launcher shows. */
  launcher: boolean;
  /** What the page said; else, once the panel is loaded, what the inbox says. */
  consent?: Consent | undefined;
}

/** A message as the site's page is told of it. */
export interface WidgetMessage {
  conversationId: string;
  text: string;
  /** Name of who wrote it; null for the visitor. */
  author: string | null;
  /** Time on the gateway's clock, ISO 8601 in UTC. */
  at: string;
}

/** Something that the visitor, or the page, should know of. `code` is one of those in docs/protocol.md. */
export interface WidgetError {
  code: string;
  message: string;
}

/** What the site's page can listen to, and what its listeners are given. */
export interface WidgetEvents {
  /** The launcher is there and every verb works. A listener added later is called at once. */
  ready: undefined;
  open: undefined;
  close: undefined;
  /** How many messages the visitor has not seen. */
  unread: number;
  /** A message of this visitor is in the log: the gateway has committed it. */
  'message:sent': WidgetMessage;
  /** A message for this visitor arrived. */
  'message:received': WidgetMessage;
  'conversation:started': { conversationId: string };
  'conversation:closed': { conversationId: string };
  /** Whether the team is there, by its hours. */
  availability: { available: boolean };
  /** The visitor was confirmed to be somebody, or is nobody any more. */
  identity: { userId: string } | null;
  error: WidgetError;
  /** The widget was taken off the page. */
  destroy: undefined;
}

export type WidgetListener<E extends keyof WidgetEvents> = (detail: WidgetEvents[E]) => void;

/** Every verb may be called at any time and again; none of them throws. */
export interface MiraDesk {
  /** Puts the widget on the page; where it is already, the same as update(). */
  boot(options?: WidgetChanges): void;
  /** Changes options while the widget is there. */
  update(options: WidgetChanges): void;
  /** Says who the visitor is. */
  identify(identity: WidgetIdentity): void;
  /** The visitor leaves: nothing of them stays on this device. */
  logout(): void;
  open(): void;
  close(): void;
  toggle(): void;
  showLauncher(): void;
  hideLauncher(): void;
  /** Opens the panel with this text in the composer, for the visitor to change and send. */
  prefill(text: string): void;
  /** Sends a message as the visitor. */
  sendMessage(text: string): void;
  /** Opens the panel on a new conversation; with a text, sends it. */
  startConversation(text?: string): void;
  /** Opens an article of the help centre. */
  openArticle(id: string): void;
  /** Facts about the visitor, by name; null takes one away. */
  setAttributes(attributes: Record<string, AttributeValue>): void;
  addTags(...tags: Array<string | readonly string[]>): void;
  /** Tells the agents of something the visitor did. */
  track(name: string, meta?: Record<string, AttributeValue>): void;
  setConsent(consent: Consent): void;
  setLocale(locale: 'auto' | WidgetLocale): void;
  getState(): WidgetState;
  /** Calls `listener` at every such event. Answers the function that ends it. */
  on<E extends keyof WidgetEvents>(event: E, listener: WidgetListener<E>): () => void;
  /** Takes the widget off the page. boot() brings it back. */
  destroy(): void;
}

/** What `import … from 'miradesk'` offers. */
export interface MiraDeskModule extends Omit<MiraDesk, 'boot'> {
  /** Loads the widget's script, once, and puts the widget on the page. Answers `window.MiraDesk`; on a server, an object whose verbs do nothing. */
  boot(options: BootOptions): MiraDesk;
}
