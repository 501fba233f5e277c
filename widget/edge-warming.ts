/**
 * A launcher whose panel cannot be loaded is a button that does nothing. So when the edge has handed out a loader, it fetches what
 * the launcher will ask for: the panel, what that imports, the words of the visitor's language and of the workspace's, and the panel's settings.
 */
import type { Copy } from './edge-copies.ts';
import type { Files } from './edge-files.ts';
import type { Reader, WidgetFile } from './edge-gateway.ts';

/** Far more than a panel has; what a request may ask for behind its answer is limited. */
const FILES_MAX = 12;
const REMEMBERED_MAX = 2_000;

/** `warm`: what was fetched before, so that it is not looked at with every loader; shared by all requests of an isolate. */
export async function warmPanel(files: Files, loader: Copy, settings: WidgetFile, reader: Reader, warm: Set<string>): Promise<void> {
  const everything = `${settings.path} ${reader.language} ${reader.origin ?? ''} ${loader.panel}`;
  if (!loader.panel || warm.has(everything)) return;
  if (warm.size >= REMEMBERED_MAX) warm.clear();
  warm.add(everything);
  const [panel, details] = await Promise.all([warmScripts(files, loader, reader), files.obtain(settings, reader)]);
  if (!panel || !details) warm.delete(everything);
}

/** The panel and what it imports at once; of what it imports later, the words. False: the gateway did not answer for all of it. */
async function warmScripts(files: Files, { panel, locale }: Copy, reader: Reader): Promise<boolean> {
  const wanted = new Set([panel]);
  let whole = true;
  for (const path of wanted) {
    if (wanted.size > FILES_MAX) return whole;
    const answer = await files.obtain({ kind: 'asset', path: `/w/${path}` }, reader);
    if (!answer) whole = false;
    if (!answer || !('copy' in answer)) continue;
    for (const name of importsOf(new TextDecoder().decode(answer.copy.body), [reader.language, locale])) wanted.add(`assets/${name}`);
  }
  return whole;
}

/** Names as the build writes them: `from"./chunk-ABCD1234.js"` and, later, `import("./de-ABCD1234.js")`. */
function importsOf(script: string, languages: string[]): string[] {
  return Array.from(script.matchAll(/(import\(|import|from)["']\.\/([\w-]+-[A-Z0-9]{8}\.js)["']/g))
    .filter(([, how, name = '']) => how !== 'import(' || languages.includes(name.split('-')[0] ?? ''))
    .map(([, , name = '']) => name);
}
