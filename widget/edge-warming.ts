/**
 * A launcher whose panel cannot be loaded is a button that does nothing. So when the edge has handed out a loader, it fetches what opening
 * the panel takes: the panel, its settings, the words of the visitor's language and of the workspace's, and how it looks on phones and in the dark.
 */
import type { Copy } from './edge-copies.ts';
import type { Files } from './edge-files.ts';
import type { Reader, WidgetFile } from './edge-gateway.ts';

const REMEMBERED_MAX = 2_000;
/** What a part shares with others, as the build writes it: `from"./chunk-ABCD1234.js"`. */
const SHARED = /["']\.\/(chunk-[A-Z0-9]{8}\.js)["']/g;

/** `warm`: what was fetched before, so that it is not looked at with every loader; shared by all requests of an isolate. */
export async function warmPanel(files: Files, { panel, locale }: Copy, settings: WidgetFile, reader: Reader, warm: Set<string>): Promise<void> {
  const everything = `${settings.path} ${reader.language} ${reader.origin ?? ''} ${panel}`;
  if (!panel || warm.has(everything)) return;
  if (warm.size >= REMEMBERED_MAX) warm.clear();
  warm.add(everything);
  const folder = `/w/${panel}`.replace('panel.js', '');
  const languages = new Set([reader.language, locale || reader.language]);
  const assets = ['panel.js', ...Array.from(languages, (language) => `locales/${language}.js`)].map((name): WidgetFile => ({ kind: 'asset', path: folder + name }));
  const answers = await Promise.all([warmPart(files, `${folder}parts/`, 'look.js', reader), ...[...assets, settings].map(async (file) => await files.obtain(file, reader) !== null)]);
  if (answers.includes(false)) warm.delete(everything);
}

/** A part, and what it shares with others. False: the gateway did not answer for all of it. */
async function warmPart(files: Files, folder: string, name: string, reader: Reader): Promise<boolean> {
  const wanted = new Set([name]);
  let whole = true;
  for (const one of wanted) {
    const answer = await files.obtain({ kind: 'asset', path: folder + one }, reader);
    if (!answer) whole = false;
    if (!answer || !('copy' in answer)) continue;
    for (const [, shared = ''] of new TextDecoder().decode(answer.copy.body).matchAll(SHARED)) wanted.add(shared);
  }
  return whole;
}
