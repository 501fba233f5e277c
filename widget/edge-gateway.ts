/** What the edge asks the gateway, and which of its answers it believes. */
import type { Locale } from '../shared/settings.ts';
import type { Copy } from './edge-copies.ts';

/** A file of the widget. An asset is whatever is the same for every website and language. */
export interface WidgetFile {
  kind: 'loader' | 'settings' | 'asset';
  /** As the gateway knows it, from /w/ on. */
  path: string;
}

/** Whom a file is for. */
export interface Reader {
  /** The website, where the browser says it. */
  origin: string | null;
  language: Locale;
}

export interface Refusal { status: number; body: ArrayBuffer; headers: Headers }

/** `copy`: a file. `refusal`: there is none (any more), or not for this website. Null: the gateway is down, too slow, or not well. */
export type Answer = { copy: Copy } | { refusal: Refusal } | null;

/** These mean what they say; everything else that is no file is a gateway (or a proxy before it) that is not well. */
const REFUSALS = [403, 404, 410];

/** What a file of each kind is, and a refusal of it too. A proxy's page about a gateway that it does not find is neither, whatever its status. */
const TYPES: Record<WidgetFile['kind'], RegExp> = { loader: /javascript/, settings: /json/, asset: /javascript/ };

/** Asks the gateway. Never rejects; waits at most `timeoutMs`. Tells the gateway nothing of the visitor but website and language. */
export async function askGateway(gateway: string, file: WidgetFile, reader: Reader, timeoutMs: number): Promise<Answer> {
  const headers = new Headers({ 'accept-language': reader.language });
  if (reader.origin !== null) headers.set('origin', reader.origin);
  // A loader that comes from here has to say where its gateway is.
  const address = `${gateway}${file.path}${file.kind === 'loader' ? '?gateway' : ''}`;
  const signal = AbortSignal.timeout(timeoutMs);
  async function read(): Promise<{ response: Response; body: ArrayBuffer }> {
    // What is kept, and for how long, is decided here: no other cache may stand in between.
    const response = await fetch(address, { headers, redirect: 'manual', cache: 'no-store', signal });
    return { response, body: await response.arrayBuffer() };
  }
  try {
    // A connection that was kept open may have died with a gateway that is back by now: once more, on another one.
    const { response, body } = await read().catch((error: unknown) => {
      if (signal.aborted) throw error;
      return read();
    });
    const { status, headers: about } = response;
    if (TYPES[file.kind].test(about.get('content-type') ?? '') && body.byteLength > 0) {
      if (REFUSALS.includes(status)) return { refusal: { status, body, headers: about } };
      if (status === 200) return { copy: copyOf(file, about, body) };
    }
    console.warn(`The gateway answered ${status}, which is no ${file.kind}`);
    return null;
  } catch (error) {
    console.warn(`The gateway did not answer for the ${file.kind}: ${error instanceof Error ? error.name : 'unknown'}`);
    return null;
  }
}

function copyOf({ kind }: WidgetFile, headers: Headers, body: ArrayBuffer): Copy {
  const vary = (headers.get('vary') ?? '').toLowerCase();
  // A loader ends with its settings, as JSON: in there a quote within a text is an escaped one.
  const text = kind === 'loader' ? new TextDecoder().decode(body) : '';
  const setting = (name: string): string => text.slice(text.lastIndexOf(`"${name}":"`)).match(/^"\w+":"([\w./-]+)"/)?.[1] ?? '';
  return {
    body,
    type: headers.get('content-type') ?? 'application/octet-stream',
    hash: /^(?:W\/)?"([\w-]+?)(?:-br|-gzip)?"$/.exec(headers.get('etag') ?? '')?.[1] ?? '',
    cacheControl: headers.get('cache-control') ?? 'no-store',
    allowOrigin: headers.get('access-control-allow-origin'),
    vary: ['origin', 'accept-language'].filter((name) => vary.includes(name)),
    panel: /^assets\/\w+\/panel\.js$/.exec(setting('panel'))?.[0] ?? '',
    locale: /^[a-z]{2}$/.exec(setting('locale'))?.[0] ?? '',
    at: Date.now(),
  };
}
