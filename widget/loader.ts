/**
 * The file that a site's page loads: launcher, `window.MiraDesk`, and the way to the panel. Nothing is stored, connected
 * or fetched here before the person means it; only a visitor who has written before is connected again in the background.
 *
 * The build makes a function of it, and the gateway calls that with the workspace's settings.
 */
import type { LoaderSettings, Locale } from '../shared/settings.ts';
import type { PageOptions, PanelHandle, StartPanel } from './bridge.ts';
import { createLauncher, isOn, type Launcher } from './launcher.ts';
import { readOptions } from './options.ts';
import { createEvents, install, type Stub } from './sdk.ts';
import type { Consent, MiraDesk } from './sdk-types.ts';
import { storageKey } from './storage-key.ts';

declare const MIRADESK_SETTINGS: LoaderSettings;

/** Verbs that the panel carries out, once it is there. From `sendMessage` on they are reason to bring it; the last ones open it. */
const PANEL_VERBS = 'identify setAttributes addTags track openArticle logout setConsent sendMessage prefill startConversation'.split(' ');
const LOGOUT = 5, CONSENT = 6, BRINGS = 7, OPENS = 8;
/** How long the page is given to itself, in milliseconds. */
const QUIET_MS = 1_000;
/** Before the panel is asked for again, where something waits for it. */
const AGAIN_MS = 10_000;
/** Two letters each; at odd places none begins. As in shared/settings.ts, which is too heavy to be here; a test compares them. */
const SPOKEN = 'endefresptitnlpltrukjazharhe';

const page = window as unknown as { MiraDesk?: MiraDesk & Stub };

// A script of ours is here already, so it is the one to go on. A stub has a queue.
if (!page.MiraDesk || page.MiraDesk.q) begin(document.currentScript as HTMLScriptElement | null);
else page.MiraDesk.boot?.();

function begin(script: HTMLScriptElement | null): void {
  // Without an address of its own (inlined, bundled) the loader's files are looked for at the gateway.
  const base = script?.src || `${MIRADESK_SETTINGS.gateway ?? location.origin}/w/`;
  /**
   * Of the panel's module. After a failure it is another one, because some browsers remember for good that a module could not be loaded; told apart by
   * more slashes, which the gateway passes over, and not by a query: the panel's parts find the panel by its path.
   */
  let path = MIRADESK_SETTINGS.panel;
  const key = storageKey(MIRADESK_SETTINGS.workspace);
  const { on, emit } = createEvents(() => life);
  // Attributes are texts; where another kind is meant, whoever reads the option sees to it.
  const options: PageOptions & { autoBoot?: boolean } = { ...script?.dataset as PageOptions | undefined };
  let settings: LoaderSettings;
  let locale: Locale;
  /** What the page wants of the panel before that is here. */
  let waiting: Array<Parameters<PanelHandle['command']>> = [];
  /** Some of it cannot wait until somebody opens the panel. */
  let needed = false;
  /** Its abort takes everything off the page. There while the widget is on it. `panel`: on its way, or here. */
  let life: (AbortController & { panel?: Promise<void> }) | undefined;
  let launcher: Launcher | undefined;
  let panel: PanelHandle | undefined;
  /** What the person wants, and what is on the screen: the first runs ahead while the panel is loading. */
  let wanted = false;
  let shown = false;
  /** What is said beside the launcher. */
  let note: string | undefined;

  /** Puts options over those before, and shows what there is to show. */
  function update(changes?: PageOptions): void {
    Object.assign(options, changes);
    settings = readOptions(options, MIRADESK_SETTINGS);
    // The page's language where we speak it, else the visitor's. Of fewer than two letters it is none.
    const said = (settings.locale + document.documentElement.lang + '--').toLowerCase().replace('auto', '').slice(0, 2);
    locale = (SPOKEN.indexOf(said) % 2 ? settings.language : said) as Locale;
    launcher?.draw(settings, locale, shown, wanted, note);
    if (changes) panel?.update(options, locale);
    if (options.consent === 'none' && life) addEventListener('pagehide', leave, life);
  }

  /** Brings the panel, without showing it. Asked for once; again after it could not be had. Never rejects. */
  function prepare(): Promise<void> | undefined {
    const mine = life;
    return mine && (mine.panel ??= (import(new URL(path, base) as unknown as string) as Promise<{ start: StartPanel }>)
      .then(({ start }) => start({ loader: MIRADESK_SETTINGS, base, options, locale, launcher: launcher as Launcher, open, close, emit }))
      .then((started) => {
        if (mine !== life) return started.destroy();
        panel = started;
        update({});
        for (const call of waiting.splice(0)) started.command(...call);
      })
      .catch(() => {
        path = path.replace('/p', '//p');
        delete mine.panel;
        if (needed) setTimeout(() => void prepare(), AGAIN_MS);
      }));
  }

  function boot(changes?: PageOptions): void {
    if (life) return update(changes);
    life = new AbortController();
    launcher = createLauncher(life, prepare, toggle);
    update(changes);
    emit('ready');
    // Whoever wrote before may have an answer, or a message that still waits: look, once the page has had its turn.
    setTimeout(() => {
      try {
        if (needed || localStorage[key] || sessionStorage[key]) void prepare();
      } catch {
        // Storage is forbidden here.
      }
    }, QUIET_MS);
  }

  function open(): void {
    if (wanted || !life) return;
    const mine = life;
    wanted = true;
    note = '';
    update();
    void (prepare() as Promise<void>).then(() => {
      if (mine !== life || !wanted || shown) return;
      if (panel) {
        shown = true;
        update();
        panel.show();
        emit('open');
      } else {
        note = MIRADESK_SETTINGS.loadFailed;
        close();
      }
    });
  }

  function close(): void {
    const was = shown;
    wanted = shown = false;
    update();
    if (!was) return;
    (panel as PanelHandle).hide();
    emit('close');
  }

  function toggle(): void {
    if (wanted) close();
    else open();
  }

  function destroy(): void {
    if (!life) return;
    close();
    leave();
    life.abort();
    panel?.destroy();
    life = panel = undefined;
    waiting = [];
    emit('destroy');
  }

  /** Here and now, because the page may be gone before the panel is there. */
  function forget(): void {
    try {
      indexedDB.deleteDatabase(key);
      for (const ending of ['', ':draft', ':form']) for (const storage of [localStorage, sessionStorage]) delete storage[key + ending];
    } catch {
      // Storage is forbidden here.
    }
  }

  function leave(): void {
    if (options.consent === 'none') forget();
  }

  const verbs = {
    boot, update, open, close, toggle, on, destroy,
    showLauncher() {
      update({ launcher: true });
    },
    hideLauncher() {
      update({ launcher: false });
    },
    setLocale(chosen: LoaderSettings['locale']) {
      update({ locale: chosen });
    },
    getState: () => ({
      unread: 0, connection: 'idle', identity: null, available: true, consent: options.consent ?? 'persistent', ...panel?.state(),
      booted: !!life, open: shown, locale, launcher: isOn(settings.launcher),
    }),
  } as unknown as MiraDesk;
  PANEL_VERBS.forEach((verb, place) => {
    verbs[verb as 'logout'] = (...args: unknown[]) => {
      if (place === LOGOUT) forget();
      if (place === CONSENT) {
        options.consent = args[0] as Consent;
        update();
        if (!panel) leave();
      }
      if (panel) panel.command(verb, args);
      else waiting.push([verb, args]);
      if ((needed ||= place >= BRINGS)) void prepare();
      if (place >= OPENS) open();
    };
  });

  // First, because calls that waited may need it.
  if (isOn(options.autoBoot)) boot();
  else update();
  install(page, verbs);
}
