/**
 * Where the loader and the panel meet. They are built apart, so this is all that one knows of the other.
 * Types only: neither bundle gets anything from here.
 */
import type { LoaderSettings } from '../shared/settings.ts';

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
  /** The widget was taken off the page. */
  destroy: undefined;
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

/** What the loader gives to the panel. */
export interface PanelContext {
  settings: LoaderSettings;
  /** Origin of the gateway. */
  gateway: string;
  /** Where the panel is drawn; the launcher is in it too. */
  root: ShadowRoot;
  /** The button the panel is opened with. The panel labels it with what is unread. */
  launcher: HTMLButtonElement;
  /** The person closed the panel. */
  close(): void;
  emit<E extends keyof WidgetEvents>(event: E, detail: WidgetEvents[E]): void;
}

/** What the loader holds of a panel that was started. */
export interface PanelHandle {
  show(): void;
  hide(): void;
  /** Takes away everything the panel put into the page: nodes, listeners, timers, sockets, channels. */
  destroy(): void;
}

/** What the panel's module exports as `start`. Nothing is drawn before `show`; connecting happens when there is a reason. */
export type StartPanel = (context: PanelContext) => PanelHandle;
