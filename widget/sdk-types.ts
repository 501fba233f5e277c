/** What the site's page sees of us: `window.MiraDesk`, its events and what goes in and out of them. Free of imports, so that it can be shipped as it is. */

/** A message as the site's page is told of it. */
export interface WidgetMessage {
  conversationId: string;
  text: string;
  /** Name of who wrote it; null for the visitor. */
  author: string | null;
  /** Time on the gateway's clock, ISO 8601 in UTC. */
  at: string;
}

/** Something that went wrong and that the page may want to know of. `code` is stable, `message` is for people. */
export interface WidgetError { code: string; message: string }

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
  /** Whether the team is there, by its opening hours. */
  availability: { available: boolean };
  /** The gateway accepted who the site says the visitor is; null: nobody any more. */
  identity: { userId: string } | null;
  error: WidgetError;
  /** The widget was taken off the page. */
  destroy: undefined;
}

export type WidgetListener<E extends keyof WidgetEvents> = (detail: WidgetEvents[E]) => void;

/** What is known of a visitor; what is left out stays as it is. */
export interface WidgetProfile {
  name?: string;
  email?: string;
  phone?: string;
  /** The site's own facts, by name; null takes one away. */
  attributes?: Record<string, string | number | boolean | null>;
  tags?: string[];
}

/** Who the site says the visitor is: `token` (a JWT signed with the workspace's identity secret), or `userId` with `userHash`. */
export interface WidgetIdentity extends WidgetProfile {
  userId?: string;
  token?: string;
  userHash?: string;
}

export interface WidgetState {
  booted: boolean;
  open: boolean;
  unread: number;
  connection: 'idle' | 'connecting' | 'online' | 'waiting' | 'refused';
  identity: { userId: string } | null;
  available: boolean;
  locale: string;
  /** Whether our launcher shows. */
  launcher: boolean;
  consent: 'none' | 'session' | 'persistent';
}

/** Options of the page; see docs/sdk.md for all of them. */
export type WidgetOptions = Record<string, unknown>;

/** Every verb may be called at any time and again; none of them throws. */
export interface MiraDesk {
  /** Puts the widget on the page; where it is there already, the same as `update`. */
  boot(options?: WidgetOptions): void;
  /** Changes options. */
  update(options: WidgetOptions): void;
  identify(identity: WidgetIdentity): void;
  /** Forgets the visitor on this device. */
  logout(): void;
  open(): void;
  close(): void;
  toggle(): void;
  showLauncher(): void;
  hideLauncher(): void;
  /** Opens the panel with this text in the composer. */
  prefill(text: string): void;
  sendMessage(text: string): void;
  /** Opens the panel on a new conversation; with a text, sends it. */
  startConversation(text?: string): void;
  openArticle(id: string): void;
  setAttributes(attributes: NonNullable<WidgetProfile['attributes']>): void;
  addTags(...tags: Array<string | readonly string[]>): void;
  track(name: string, meta?: Record<string, string | number | boolean | null>): void;
  setConsent(level: WidgetState['consent']): void;
  setLocale(locale: string): void;
  getState(): WidgetState;
  /** Calls `listener` at every such event. Answers the function that ends it. */
  on<E extends keyof WidgetEvents>(event: E, listener: WidgetListener<E>): () => void;
  /** Takes the widget off the page. `boot` brings it back. */
  destroy(): void;
}
