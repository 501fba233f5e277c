/**
 * Where the loader and the panel meet. They are built apart, so this is all that one knows of the other.
 * Types only: neither bundle gets anything from here.
 */
import type { LoaderSettings, Locale, PanelSettings } from '../shared/settings.ts';
import type { WidgetEvents, WidgetState } from './sdk-types.ts';

/** What the page says for itself, over what the workspace says. From attributes of the script tag it is text, whatever kind it should be. */
export type PageOptions = Partial<LoaderSettings & PanelSettings>;

/** What the loader gives to the panel. */
export interface PanelContext {
  /** What the gateway gave to the loader. */
  loader: LoaderSettings;
  /** The loader's own address: the panel's settings and, where nothing else is said, the gateway are there. */
  base: string;
  options: PageOptions;
  locale: Locale;
  /** `root`: where the panel is drawn, beside the launcher's `button`, which the panel labels with what is unread. */
  launcher: { root: ShadowRoot; button: HTMLButtonElement };
  open(): void;
  close(): void;
  emit<E extends keyof WidgetEvents>(event: E, detail: WidgetEvents[E]): void;
}

/** What the loader holds of a panel that was started. */
export interface PanelHandle {
  show(): void;
  hide(): void;
  /** The page changed its options, or the language. */
  update(options: PageOptions, locale: Locale): void;
  /** A verb of `window.MiraDesk` that is the panel's. */
  command(verb: string, args: readonly unknown[]): void;
  state(): Pick<WidgetState, 'unread' | 'connection' | 'identity' | 'available' | 'consent'>;
  /** Takes away everything the panel put into the page: nodes, listeners, timers, sockets, channels. */
  destroy(): void;
}

/** What the panel's module exports as `start`. Nothing is drawn before `show`; connecting happens when there is a reason. */
export type StartPanel = (context: PanelContext) => Promise<PanelHandle>;
