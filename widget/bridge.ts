/**
 * Where the loader and the panel meet. They are built apart, so this is all that one knows of the other.
 * Types only: neither bundle gets anything from here.
 */
import type { LoaderSettings, Locale, PanelSettings } from '../shared/settings.ts';
import type { WidgetEvents, WidgetState } from './sdk-types.ts';

/** What the page says for itself, over what the workspace says. */
export type PageOptions = Partial<LoaderSettings & PanelSettings>;

/** What the loader gives to the panel. */
export interface PanelContext {
  /** The loader's settings with the page's options over them; the panel puts its own below the options. */
  settings: LoaderSettings;
  options: PageOptions;
  locale: Locale;
  /** Origin of the gateway. */
  gateway: string;
  /** Where the panel's own settings are. */
  settingsAddress: string;
  /** Where the panel is drawn; the launcher is in it too. */
  root: ShadowRoot;
  /** The button the panel is opened with. The panel labels it with what is unread. */
  launcher: HTMLButtonElement;
  open(): void;
  /** Closes the panel. `byPerson`: and takes the keyboard back to where the panel was opened from. */
  close(byPerson?: boolean): void;
  emit<E extends keyof WidgetEvents>(event: E, detail: WidgetEvents[E]): void;
}

/** What the loader holds of a panel that was started. */
export interface PanelHandle {
  show(): void;
  hide(): void;
  /** The page changed its options, or the language. */
  update(settings: LoaderSettings, options: PageOptions, locale: Locale): void;
  /** A verb of `window.MiraDesk` that is the panel's. */
  command(verb: string, args: readonly unknown[]): void;
  state(): Pick<WidgetState, 'unread' | 'connection' | 'identity' | 'available' | 'consent'>;
  /** Takes away everything the panel put into the page: nodes, listeners, timers, sockets, channels. */
  destroy(): void;
}

/** What the panel's module exports as `start`. Nothing is drawn before `show`; connecting happens when there is a reason. */
export type StartPanel = (context: PanelContext) => Promise<PanelHandle>;
