/** What the build made, as the gateway serves it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { readFiles, type ServedFile } from './served-files.ts';

export interface Assets {
  /** The loader's code: a function that takes LoaderSettings. */
  loader: string;
  /** Path of the panel's module, relative to the loader's address. */
  panel: string;
  /** The panel and its chunks, by their path under /w/. */
  widget: ReadonlyMap<string, ServedFile>;
  /** The shims for pages that were written for another vendor's widget, by their path under /w/migrate/. */
  migrate: ReadonlyMap<string, ServedFile>;
  /** The inbox, by the path under /console/. */
  console: ReadonlyMap<string, ServedFile>;
  /** The demo shop, by the path under /demo/; every other example, by its folder's name and the path in it. */
  demo: ReadonlyMap<string, ServedFile>;
}

const Manifest = z.object({ panel: z.string() });

/** Putting a build in place takes far less. */
const AGAIN_MS = 200;

/** dist/ is not there, or not whole. */
export class AssetsMissing extends Error {
  constructor(cause: unknown) {
    super('The widget and the console are not built', { cause });
    this.name = 'AssetsMissing';
  }
}

/** Files of an example that are for its reader, or its own server, and not for browsers. */
const NOT_SERVED = /\.(?:md|mjs|jsx|conf)$/;

/**
 * Reads dist/ and the examples. Those carry the snippet of the workspace `demo`; another first workspace's is put in its place.
 * Rejects with AssetsMissing when something is not built.
 */
export async function readAssets(root: string, workspaceId: string): Promise<Assets> {
  try {
    return await readBuilt(root, workspaceId).catch(async () => {
      // A build may just be putting its files in the place of those before.
      await setTimeout(AGAIN_MS);
      return readBuilt(root, workspaceId);
    });
  } catch (error) {
    throw new AssetsMissing(error);
  }
}

async function readBuilt(root: string, workspaceId: string): Promise<Assets> {
  const dist = join(root, 'dist');
  const [loader, manifest, widget, migrate, console, demo] = await Promise.all([
    readFile(join(dist, 'widget/loader.js'), 'utf8'),
    readFile(join(dist, 'manifest.json'), 'utf8'),
    readFiles(join(dist, 'widget/assets')),
    readFiles(join(dist, 'widget/migrate')),
    readFiles(join(dist, 'console')),
    readExamples(root, workspaceId),
  ]);
  const assets = { loader, panel: Manifest.parse(JSON.parse(manifest)).panel, widget: prefixed(widget, 'assets/'), migrate, console, demo };
  if (!console.has('index.html') || !assets.widget.has(assets.panel)) throw new Error('dist/ is not whole');
  return assets;
}

/** The shop stands at the front door, the other examples beside it; what is built for one joins its folder. */
async function readExamples(root: string, workspaceId: string): Promise<Map<string, ServedFile>> {
  const withSnippet = (name: string, body: Buffer): Buffer => {
    if (!name.endsWith('.html')) return body;
    return Buffer.from(body.toString('utf8').replaceAll('/w/demo.js', `/w/${workspaceId}.js`).replaceAll('data-workspace="demo"', `data-workspace="${workspaceId}"`));
  };
  const [source, built] = await Promise.all([readFiles(join(root, 'examples'), withSnippet), readFiles(join(root, 'dist/examples'))]);
  const served = [...source, ...built].filter(([path]) => !NOT_SERVED.test(path));
  return new Map(served.map(([path, file]) => [path.startsWith('shop/') ? path.slice('shop/'.length) : path, file]));
}

function prefixed(files: ReadonlyMap<string, ServedFile>, prefix: string): Map<string, ServedFile> {
  return new Map([...files].map(([name, file]) => [prefix + name, file]));
}
