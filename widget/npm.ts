/**
 * The npm entry: `import { boot } from 'miradesk'`. It brings the script tag's loader into the page, and hands on what is called meanwhile.
 * Nothing happens at import, and nothing at all where there is no page, as on a server that renders.
 */
import type { BootOptions, MiraDesk, MiraDeskModule, WidgetState } from './sdk-types.ts';

type Verb = Exclude<keyof MiraDesk, 'on' | 'getState'>;
type Queued = unknown[] & { off?: () => void };
type Waiting = MiraDesk & { q?: Queued[] };

const VERBS = [
  'boot', 'update', 'identify', 'logout', 'open', 'close', 'toggle', 'showLauncher', 'hideLauncher', 'prefill', 'sendMessage', 'startConversation', 'openArticle',
  'setAttributes', 'addTags', 'track', 'setConsent', 'setLocale', 'destroy',
] as const satisfies readonly Verb[];

const NOTHING: WidgetState = { booted: false, open: false, unread: 0, connection: 'idle', identity: null, available: true, locale: 'en', launcher: true, consent: 'persistent' };

interface TrustedPolicy { createScriptURL(address: string): string }
type Page = typeof globalThis & {
  MiraDesk?: Waiting;
  trustedTypes?: { createPolicy(name: string, rules: TrustedPolicy): TrustedPolicy };
};

/** The page, or nothing on a server. */
const page = (): Page | undefined => (typeof document === 'undefined' ? undefined : globalThis);

/** An object whose verbs do with each call what `take` says. */
function verbsThat(take: (call: Queued) => void): MiraDesk {
  const verbs = Object.fromEntries(VERBS.map((verb) => [verb, (...args: unknown[]) => take([verb, ...args])]));
  const on: MiraDesk['on'] = (...listening) => {
    const call: Queued = ['on', ...listening];
    take(call);
    return () => {
      if (call.off) call.off();
      else call.length = 0;
    };
  };
  return { ...verbs, on, getState: () => ({ ...NOTHING }) } as unknown as MiraDesk;
}

/** `window.MiraDesk`: the widget's, or one that keeps calls until the loader takes them over. */
function miraDesk(): Waiting {
  const here = page();
  if (!here) return verbsThat(() => {});
  if (here.MiraDesk && typeof here.MiraDesk.on === 'function' && typeof here.MiraDesk.boot === 'function') return here.MiraDesk;
  const q = here.MiraDesk?.q ?? [];
  // Where a page's own stub knows fewer verbs, it learns the others and stays the same object.
  here.MiraDesk = Object.assign(here.MiraDesk ?? {}, verbsThat((call) => void q.push(call)), { q });
  return here.MiraDesk;
}

/** The policy of the page that every script of ours goes through, where it asks for one. */
let policy: TrustedPolicy | undefined;

function trusted(here: Page, address: string): string {
  try {
    policy ??= here.trustedTypes?.createPolicy('miradesk', { createScriptURL: (url) => url });
  } catch {
    // The page's policy does not name ours; if it asks for one, the assignment throws.
  }
  return policy?.createScriptURL(address) ?? address;
}

/** Address of the script that this page has its chat from, or will have. */
let chosen: string | undefined;

/** Puts the loader's script into the page, once. What cannot be done is told in the console; the next boot() tries again. */
function addScript(here: Page, address: string, nonce: string | undefined): void {
  if (Array.from(document.scripts).some(({ src }) => src === address)) return;
  const script = document.createElement('script');
  script.async = true;
  // boot() waits in the queue, perhaps with a destroy() behind it.
  script.dataset.autoBoot = 'false';
  const found = nonce ?? document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;
  if (found) script.nonce = found;
  script.addEventListener('error', () => {
    console.error(`MiraDesk could not be loaded from ${address}. Is the gateway there, and does the page's Content-Security-Policy allow it in script-src?`);
    script.remove();
    chosen = undefined;
  });
  try {
    script.src = trusted(here, address);
  } catch (error) {
    console.error("MiraDesk: this page's Content-Security-Policy asks for Trusted Types and does not name ours. Add `miradesk` to it (trusted-types miradesk), or put the script tag into the page.", error);
    return;
  }
  document.head.append(script);
}

/** Loads the widget, once, and puts it on the page with these options; where it is already, changes the options. */
export const boot: MiraDeskModule['boot'] = (options?: BootOptions) => {
  const here = page();
  const object = miraDesk();
  if (!here) return object;
  const { workspace, gateway, nonce, autoBoot: _autoBoot, ...own }: Partial<BootOptions> = options ?? {};
  // `localhost:3000` is an address, too, but nothing that a path could be added to.
  const address = workspace && gateway && URL.canParse('/', gateway) ? new URL(`/w/${encodeURIComponent(workspace)}.js`, gateway).href : undefined;
  if (address && chosen && address !== chosen) {
    // Better no chat than what is meant for one workspace in the inbox of another.
    console.error(`MiraDesk: this page has the chat of ${chosen}. To show that of ${address}, load the page anew.`);
    return object;
  }
  chosen ??= address;
  if (!object.q) {
    object.boot(own);
    return object;
  }
  // What was called before stays behind the first boot().
  if (object.q.some(([verb]) => verb === 'boot')) object.boot(own);
  else object.q.unshift(['boot', own]);
  if (address) addScript(here, address, nonce);
  else console.error("MiraDesk: boot() needs the workspace's name and the gateway's address, as boot({ workspace: 'demo', gateway: 'https://chat.example.com' })");
  return object;
};

/** A verb that is called on whatever `window.MiraDesk` is at that moment. */
function handedOn<V extends keyof MiraDesk>(verb: V): MiraDesk[V] {
  return ((...args: unknown[]) => (miraDesk()[verb] as (...args: unknown[]) => unknown)(...args)) as MiraDesk[V];
}

export const update = /* @__PURE__ */ handedOn('update');
export const identify = /* @__PURE__ */ handedOn('identify');
export const logout = /* @__PURE__ */ handedOn('logout');
export const open = /* @__PURE__ */ handedOn('open');
export const close = /* @__PURE__ */ handedOn('close');
export const toggle = /* @__PURE__ */ handedOn('toggle');
export const showLauncher = /* @__PURE__ */ handedOn('showLauncher');
export const hideLauncher = /* @__PURE__ */ handedOn('hideLauncher');
export const prefill = /* @__PURE__ */ handedOn('prefill');
export const sendMessage = /* @__PURE__ */ handedOn('sendMessage');
export const startConversation = /* @__PURE__ */ handedOn('startConversation');
export const openArticle = /* @__PURE__ */ handedOn('openArticle');
export const setAttributes = /* @__PURE__ */ handedOn('setAttributes');
export const addTags = /* @__PURE__ */ handedOn('addTags');
export const track = /* @__PURE__ */ handedOn('track');
export const setConsent = /* @__PURE__ */ handedOn('setConsent');
export const setLocale = /* @__PURE__ */ handedOn('setLocale');
export const getState = /* @__PURE__ */ handedOn('getState');
export const on = /* @__PURE__ */ handedOn('on');
export const destroy = /* @__PURE__ */ handedOn('destroy');
