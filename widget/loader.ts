/**
 * The file that a site's page loads: launcher, `window.MiraDesk`, and the way to the panel. Nothing is stored, connected
 * or fetched here before the person means it; only a visitor who has written before is connected again in the background.
 *
 * The gateway wraps it in a function whose argument MIRADESK_SETTINGS carries the workspace's settings.
 */
import type { LoaderSettings } from '../shared/settings.ts';
import type { PageOptions, PanelHandle } from './bridge.ts';
import { spokenOf } from './direction.ts';
import { createLauncher, type Launcher } from './launcher.ts';
import { panelModule } from './panel-module.ts';
import { createEvents, install, type Stub } from './sdk.ts';
import type { MiraDesk } from './sdk-types.ts';
import { storageKey } from './storage-key.ts';

declare const MIRADESK_SETTINGS: LoaderSettings;

/** Verbs that the panel carries out, once it is there. Those with `true` are reason enough to bring it. */
const PANEL_VERBS = { identify: 0, setAttributes: 0, addTags: 0, track: 0, openArticle: 0, logout: 'stored', setConsent: 'stored', sendMessage: 1, prefill: 2, startConversation: 2 } as const;

const page = window as unknown as { MiraDesk?: MiraDesk & Stub };

// A script of ours is here already, so it is the one to go on. A stub has a queue.
if (!page.MiraDesk || Array.isArray(page.MiraDesk.q)) begin(document.currentScript as HTMLScriptElement | null);
else page.MiraDesk.boot?.();

function begin(script: HTMLScriptElement | null): void {
  // Without an address of its own (inlined, bundled) the loader's files are looked for at the gateway.
  const base = script?.src || `${MIRADESK_SETTINGS.gateway}/w/`;
  const bring = panelModule(new URL(MIRADESK_SETTINGS.panel, base).href);
  const { on, emit } = createEvents(() => Boolean(life));
  let options: PageOptions & { autoBoot?: boolean } = read(script?.dataset ?? {});
  /** What the page wants of the panel before that is here. */
  let waiting: Array<[verb: string, args: unknown[]]> = [];
  /** Its abort takes everything off the page. There while the widget is on it. */
  let life: AbortController | undefined;
  let launcher: Launcher;
  let starting: Promise<void> | undefined;
  let panel: PanelHandle | undefined;
  /** What the person wants, and what is on the screen: the first runs ahead while the panel is loading. */
  let wanted = false;
  let shown = false;
  /** Where the keyboard was when the panel was opened. */
  let opener: HTMLElement | null;

  const settings = (): LoaderSettings => ({ ...MIRADESK_SETTINGS, ...options });

  function locale() {
    const { locale: chosen, language } = settings();
    return spokenOf([...(chosen === 'auto' ? [document.documentElement.lang] : [chosen]), language]);
  }

  /** The panel, without showing it. Asked for once; again after it could not be had. */
  function start(): Promise<void> {
    const { signal } = life as AbortController;
    return (starting ??= bring()
      .then((startPanel) => startPanel({
        settings: settings(), options, locale: locale(), gateway: MIRADESK_SETTINGS.gateway || new URL(base).origin, settingsAddress: new URL(`${MIRADESK_SETTINGS.workspace}.json`, base).href,
        root: launcher.root, launcher: launcher.button, open, close, emit,
      }))
      .then((started) => {
        if (signal.aborted) return started.destroy();
        panel = started;
        panel.update(settings(), options, locale());
        for (const [verb, args] of waiting.splice(0)) panel.command(verb, args);
      })
      .catch((error: unknown) => {
        if (!signal.aborted) starting = undefined;
        throw error;
      }));
  }

  function boot(changes?: PageOptions): void {
    if (life) return update(changes);
    life = new AbortController();
    const { signal } = life;
    options = { ...options, ...changes };
    launcher = createLauncher({ signal, onIntent: () => void bring().catch(() => {}), onClick: toggle });
    draw();
    emit('ready', undefined);
    // Whoever wrote before may have an answer, or a message that still waits: look, once the page has nothing better to do.
    if (hasWritten()) {
      const resume = (): void => void setTimeout(() => life?.signal === signal && void start().catch(() => {}));
      if (document.readyState === 'complete') resume();
      else addEventListener('load', resume, { signal, once: true });
    }
    if (waiting.some(([verb]) => PANEL_VERBS[verb as keyof typeof PANEL_VERBS] === 1)) attempt();
    // What the page asked for while nothing could be loaded is not forgotten.
    addEventListener('online', () => waiting[0] && attempt(), { signal });
  }

  function attempt(): void {
    start().catch(() => {});
  }

  function draw(): void {
    const now = settings();
    launcher.draw(now, locale(), shown);
    panel?.update(now, options, locale());
  }

  function update(changes?: PageOptions): void {
    options = { ...options, ...changes };
    if (life) draw();
  }

  function open(): void {
    if (wanted || !life) return;
    wanted = true;
    opener = document.activeElement as HTMLElement | null;
    launcher.say('');
    launcher.setBusy(!panel);
    const { signal } = life;
    start().then(show, () => {
      if (signal.aborted) return;
      if (wanted) launcher.say(MIRADESK_SETTINGS.loadFailed);
      wanted = false;
    }).finally(() => launcher.setBusy(false));
  }

  function show(): void {
    if (!wanted || shown || !panel) return;
    shown = true;
    launcher.setOpen(true);
    panel.show();
    emit('open', undefined);
  }

  function close(byPerson?: boolean): void {
    wanted = false;
    if (!shown) return;
    shown = false;
    launcher.setOpen(false);
    panel?.hide();
    if (byPerson === true) (settings().launcher || !opener?.isConnected ? launcher.button : opener).focus();
    emit('close', undefined);
  }

  function toggle(): void {
    if (wanted) close();
    else open();
  }

  function destroy(): void {
    if (!life) return;
    close();
    life.abort();
    panel?.destroy();
    life = panel = starting = undefined;
    waiting = [];
    emit('destroy', undefined);
  }

  function command(verb: keyof typeof PANEL_VERBS, args: unknown[]): void {
    const need = PANEL_VERBS[verb];
    if (panel) panel.command(verb, args);
    else {
      waiting.push([verb, args]);
      if (life && (need === 1 || (need === 'stored' && hasWritten()))) attempt();
    }
    if (need === 2) open();
    if (verb === 'setConsent') update({ consent: args[0] as LoaderSettings['consent'] });
  }

  function hasWritten(): boolean {
    const key = storageKey(MIRADESK_SETTINGS.workspace);
    try {
      return [localStorage, sessionStorage].some((storage) => storage.getItem(key));
    } catch {
      // Storage is forbidden here.
      return false;
    }
  }

  const verbs = {
    boot, update, open, toggle, on, destroy,
    close: () => close(),
    showLauncher: () => update({ launcher: true }),
    hideLauncher: () => update({ launcher: false }),
    setLocale: (chosen: LoaderSettings['locale']) => update({ locale: chosen }),
    getState: () => ({
      unread: 0, connection: 'idle', identity: null, available: true, consent: settings().consent, ...panel?.state(),
      booted: Boolean(life), open: shown, locale: locale(), launcher: settings().launcher,
    }),
  } as MiraDesk;
  for (const verb in PANEL_VERBS) verbs[verb as 'logout'] = (...args: unknown[]) => command(verb as keyof typeof PANEL_VERBS, args);

  install(page, verbs);
  if (options.autoBoot !== false) boot();

  /** The script tag's data-* attributes as options: numbers, true and false and lists are read as such. */
  function read(data: DOMStringMap): PageOptions {
    return Object.fromEntries(Object.entries(data).map(([name, text = '']) => {
      try {
        // What is a text by default stays one, also when it looks like a number.
        return [name, typeof MIRADESK_SETTINGS[name as keyof LoaderSettings] === 'string' ? text : (JSON.parse(text) as unknown)];
      } catch {
        return [name, text];
      }
    }));
  }
}
