/**
 * The file that a site's page loads: launcher, `window.MiraDesk`, and the way to the panel. Nothing is stored, connected
 * or fetched here before the person means it; only a visitor who has written before is connected again in the background.
 *
 * The build makes a function of it, and the gateway calls that with the workspace's settings.
 */
import type { LoaderSettings, Locale } from '../shared/settings.ts';
import type { PageOptions, PanelHandle } from './bridge.ts';
import { createLauncher, isOn, type Launcher } from './launcher.ts';
import { panelModule } from './panel-module.ts';
import { createEvents, install, type Stub } from './sdk.ts';
import type { MiraDesk } from './sdk-types.ts';
import { storageKey } from './storage-key.ts';

declare const MIRADESK_SETTINGS: LoaderSettings;

/** Verbs that the panel carries out, once it is there. From `logout` on they are reason to bring it where something is stored, from `sendMessage` on anyway; the last ones open it. */
const PANEL_VERBS = 'identify setAttributes addTags track openArticle logout setConsent sendMessage prefill startConversation'.split(' ');
const STORED = 5, BRINGS = 7, OPENS = 8;
/** As in shared/settings.ts, which is too heavy to be here; a test compares them. */
const SPOKEN = /^(en|de|fr|es|pt|it|nl|pl|tr|uk|ja|zh|ar|he)/i;

const page = window as unknown as { MiraDesk?: MiraDesk & Stub };

// A script of ours is here already, so it is the one to go on. A stub has a queue.
if (!page.MiraDesk || page.MiraDesk.q) begin(document.currentScript as HTMLScriptElement | null);
else page.MiraDesk.boot?.();

function begin(script: HTMLScriptElement | null): void {
  // Without an address of its own (inlined, bundled) the loader's files are looked for at the gateway.
  const base = script?.src || `${MIRADESK_SETTINGS.gateway ?? location.origin}/w/`;
  const bring = panelModule(new URL(MIRADESK_SETTINGS.panel, base).href);
  const { on, emit } = createEvents(() => ready);
  // Attributes are texts; where another kind is meant, whoever reads the option sees to it.
  let options = { ...script?.dataset } as PageOptions & { autoBoot?: boolean };
  let settings: LoaderSettings;
  let locale: Locale;
  /** What the page wants of the panel before that is here. */
  let waiting: Array<[verb: string, args: unknown[]]> = [];
  /** Its abort takes everything off the page. There while the widget is on it. */
  let life: AbortController | undefined;
  /** The same, from when the page has been told so. */
  let ready: typeof life;
  let launcher: Launcher | undefined;
  let starting: Promise<void> | undefined;
  let panel: PanelHandle | undefined;
  /** What the person wants, and what is on the screen: the first runs ahead while the panel is loading. */
  let wanted = false;
  let shown = false;
  /** What is said beside the launcher. */
  let note = '';

  /** Puts options over those before, and shows what there is to show. */
  function update(changes?: PageOptions): void {
    options = { ...options, ...changes };
    settings = { ...MIRADESK_SETTINGS, ...options };
    // The page's language where we speak it, else the visitor's.
    locale = (SPOKEN.exec(settings.locale === 'auto' ? document.documentElement.lang : settings.locale)?.[0].toLowerCase() ?? settings.language) as Locale;
    launcher?.draw(settings, locale, { open: shown, busy: wanted && !shown, note });
    if (changes) panel?.update(options, locale);
  }

  /** The panel, without showing it. Asked for once; again after it could not be had. */
  function start(): Promise<void> {
    const mine = life;
    return (starting ??= bring()
      .then((startPanel) => startPanel({ loader: MIRADESK_SETTINGS, base, options, locale, launcher: launcher as Launcher, open, close, emit }))
      .then((started) => {
        if (mine !== life) return started.destroy();
        panel = started;
        update({});
        for (const [verb, args] of waiting.splice(0)) started.command(verb, args);
      })
      .catch((error: unknown) => {
        if (mine === life) starting = undefined;
        throw error;
      }));
  }

  /** Where there is no hurry, and another occasion if it fails. */
  function prepare(): void {
    if (life) start().catch(() => {});
  }

  function boot(changes?: PageOptions): void {
    const begins = !life;
    if (begins) {
      life = new AbortController();
      launcher = createLauncher({ signal: life.signal, onIntent: () => void bring().catch(() => {}), onClick: toggle });
    }
    update(changes);
    if (!begins) return;
    queueMicrotask(() => (ready = life));
    emit('ready', undefined);
    // Whoever wrote before may have an answer, or a message that still waits: look, once the page has nothing better to do.
    const mine = life;
    (window.requestIdleCallback ?? setTimeout)(() => mine === life && (waiting[0] || hasWritten()) && prepare());
  }

  function open(): void {
    if (wanted || !life) return;
    const mine = life;
    wanted = true;
    note = '';
    update();
    start().then(() => {
      if (!wanted || shown) return;
      shown = true;
      update();
      panel?.show();
      emit('open', undefined);
    }, () => {
      if (mine !== life) return;
      if (wanted) note = MIRADESK_SETTINGS.loadFailed;
      wanted = false;
      update();
    });
  }

  function close(): void {
    const was = shown;
    wanted = shown = false;
    update();
    if (!was) return;
    panel?.hide();
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
    ready = life = panel = starting = launcher = undefined;
    waiting = [];
    emit('destroy', undefined);
  }

  function hasWritten(): boolean {
    try {
      return [localStorage, sessionStorage].some((storage) => storage.getItem(storageKey(MIRADESK_SETTINGS.workspace)));
    } catch {
      // Storage is forbidden here.
      return false;
    }
  }

  const verbs = {
    boot, update, open, close, toggle, on, destroy,
    showLauncher: () => update({ launcher: true }),
    hideLauncher: () => update({ launcher: false }),
    setLocale: (chosen: LoaderSettings['locale']) => update({ locale: chosen }),
    getState: () => ({
      unread: 0, connection: 'idle', identity: null, available: true, ...panel?.state(),
      booted: !!life, open: shown, locale, launcher: isOn(settings.launcher),
    }),
  } as MiraDesk;
  PANEL_VERBS.forEach((verb, place) => {
    verbs[verb as 'logout'] = (...args: unknown[]) => {
      if (panel) panel.command(verb, args);
      else {
        waiting.push([verb, args]);
        if (place >= BRINGS || (place >= STORED && hasWritten())) prepare();
      }
      if (place >= OPENS) open();
    };
  });

  update();
  // Before the calls that waited are made: most of them want a widget that is there.
  if (isOn(options.autoBoot)) boot();
  install(page, verbs);
}
