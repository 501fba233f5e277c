/**
 * The file that a site's page loads: launcher, `window.MiraDesk`, and the way to the panel. Nothing is stored, connected
 * or fetched here before the person means it; only a visitor who has written before is connected again in the background.
 *
 * The gateway wraps it in a function whose argument MIRADESK_SETTINGS carries the workspace's settings.
 */
import type { LoaderSettings } from '../shared/settings.ts';
import type { PanelHandle } from './bridge.ts';
import { createLauncher } from './launcher.ts';
import { panelModule } from './panel-module.ts';
import { createEvents, install, type Stub } from './sdk.ts';
import { storageKey } from './storage-key.ts';
import { launcherTexts } from './texts.ts';

declare const MIRADESK_SETTINGS: LoaderSettings;

const page = window as unknown as { MiraDesk?: Stub };

// A script of ours is here already: this one leaves its object alone. A stub has a queue.
if (!page.MiraDesk || Array.isArray(page.MiraDesk.q)) boot(MIRADESK_SETTINGS, (document.currentScript as HTMLScriptElement | null)?.src);

function boot(settings: LoaderSettings, source: string | undefined): void {
  // Without an address of its own (inlined, bundled) the loader's files are looked for at the gateway.
  const base = source || `${settings.gateway}/w/`;
  const bring = panelModule(new URL(settings.panel, base).href);
  const { on, emit } = createEvents();
  const gone = new AbortController();
  const { signal } = gone;
  /** What the person wants, and what is on the screen: the first runs ahead while the panel is loading. */
  let wanted = false;
  let shown = false;
  let panel: PanelHandle | undefined;

  const launcher = createLauncher({ settings, signal, onIntent: () => void bring().catch(() => {}), onClick: toggle });

  async function start(): Promise<void> {
    const startPanel = await bring();
    if (signal.aborted) return;
    panel ??= startPanel({
      settings,
      gateway: settings.gateway || new URL(base).origin,
      root: launcher.root,
      launcher: launcher.button,
      close,
      emit,
    });
  }

  async function open(): Promise<void> {
    if (wanted || signal.aborted) return;
    wanted = true;
    launcher.say('');
    launcher.setBusy(!panel);
    try {
      await start();
      show();
    } catch {
      if (!signal.aborted && wanted) launcher.say(launcherTexts.loadFailed);
      wanted = false;
    }
    launcher.setBusy(false);
  }

  function show(): void {
    if (!wanted || shown || !panel) return;
    shown = true;
    launcher.setOpen(true);
    panel.show();
    emit('open', undefined);
  }

  function close(): void {
    wanted = false;
    if (!shown) return;
    shown = false;
    launcher.setOpen(false);
    panel?.hide();
    emit('close', undefined);
  }

  function toggle(): void {
    if (wanted) close();
    else void open();
  }

  function destroy(): void {
    if (signal.aborted) return;
    wanted = false;
    gone.abort();
    panel?.destroy();
    uninstall();
    emit('destroy', undefined);
  }

  const { replay, uninstall } = install(page, { open: () => void open(), close, toggle, on, destroy });
  replay();
  if (signal.aborted) return;
  emit('ready', undefined);

  // Whoever wrote before may have an answer, or a message that still waits: look, once the page has nothing better to do. The first look
  // at localStorage alone takes a third of all this file's time.
  const resume = (): void => void setTimeout(() => void (signal.aborted || !hasWritten(settings.workspace) || start().catch(() => {})));
  if (document.readyState === 'complete') resume();
  else addEventListener('load', resume, { signal, once: true });
}

function hasWritten(workspace: string): boolean {
  try {
    return localStorage.getItem(storageKey(workspace)) !== null;
  } catch {
    // Storage is forbidden here.
    return false;
  }
}
