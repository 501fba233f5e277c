/**
 * Builds what browsers load, from source into dist/:
 *
 *   dist/widget/loader.js             the loader; a free name MIRADESK_SETTINGS is bound by the gateway when it serves it
 *   dist/widget/assets/*-HASH.js      the panel, its chunks and its fallback connection, immutable
 *   dist/console/index.html, assets/  the agent inbox
 *   dist/worker/worker.js             the edge, for Cloudflare (wrangler.toml)
 *   dist/manifest.json                the hashed names; the gateway reads it
 *   dist/meta.json                    esbuild's metafiles; the boundary and budget tests read them
 *
 * Run it (`npm run build`) or import build().
 */
import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { makeSeed } from './gateway/store/seed.ts';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');

/** Constructable stylesheets, adoptedStyleSheets, :has() and ES2022 are there in all of these. */
const target = ['chrome105', 'edge105', 'firefox115', 'safari16.4'];

/** Lets the widget import a stylesheet, with its @imports, as minified text for a constructable stylesheet. */
const cssAsText = {
  name: 'css-as-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const result = await esbuild.build({ entryPoints: [path], bundle: true, minify: true, write: false, target, metafile: true });
      const watchFiles = Object.keys(result.metafile.inputs).map((file) => join(process.cwd(), file));
      return { contents: withoutUnusedTokens(result.outputFiles[0].text.trim()), loader: 'text', watchFiles };
    });
  },
};

/** Drops the custom properties that a bundled stylesheet declares and never reads; the tokens serve more than one face. */
function withoutUnusedTokens(css) {
  return css.replace(/(--[\w-]+):[^;}]*;?/g, (declaration, name) => (css.includes(`var(${name})`) || css.includes(`var(${name},`) ? declaration : ''));
}

const common = { absWorkingDir: root, write: false, bundle: true, minify: true, target, metafile: true, charset: 'utf8', jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' };

/** Finds the output made from an entry point; its path relative to `base`. */
function outputOf(metafile, entryPoint, base) {
  const [path] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entryPoint) ?? [];
  if (!path) throw new Error(`${entryPoint} was not built`);
  return path.slice(base.length + 1);
}

/**
 * Builds everything, fresh. Returns the manifest. Throws esbuild's error when the source does not build. What was built before stays
 * until all of the new is there: gateways that start and tests that read meanwhile find one or the other. `into`: instead of dist/.
 */
export async function build({ into = dist } = {}) {
  const { manifest, files } = await makeFiles();
  const next = join(dirname(into), `.dist-${randomBytes(6).toString('hex')}`);
  try {
    for (const [path, contents] of files) {
      await mkdir(dirname(join(next, path)), { recursive: true });
      await writeFile(join(next, path), contents);
    }
    for (const old of putInPlace(next, into)) await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(next, { recursive: true, force: true });
    throw error;
  }
  return manifest;
}

/** Exchanges a directory for the new one; answers what to clear away. Another build may be at it, too: the last one stays. */
function putInPlace(next, place) {
  const olds = [];
  for (;;) {
    try {
      const old = `${next}-old${olds.length}`;
      renameSync(place, old);
      olds.push(old);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    try {
      renameSync(next, place);
      return olds;
    } catch (error) {
      if (olds.length > 10 || !['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
  }
}

/** All files of dist/ by their path in it, in the order in which they are written: who looks for the last one finds all. */
async function makeFiles() {
  // The panel's fallback connection is built by itself: a chunk shared with it would cost everybody a request for the few who need it.
  const fallback = await esbuild.build({ ...common, entryPoints: ['widget/connection-socketio.ts'], outdir: 'dist/widget/assets', format: 'esm', entryNames: '[name]-[hash]' });
  const fallbackApart = {
    name: 'fallback-apart',
    setup(build) {
      const path = `./${basename(outputOf(fallback.metafile, 'widget/connection-socketio.ts', 'dist/widget'))}`;
      build.onResolve({ filter: /\/connection-socketio\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
    },
  };
  const [loader, panel, inbox, worker] = await Promise.all([
    esbuild.build({ ...common, entryPoints: ['widget/loader.ts'], outfile: 'dist/widget/loader.js', format: 'iife', plugins: [cssAsText] }),
    esbuild.build({ ...common, entryPoints: ['widget/panel.tsx'], outdir: 'dist/widget/assets', format: 'esm', splitting: true, entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', plugins: [cssAsText, fallbackApart] }),
    esbuild.build({ ...common, entryPoints: ['console/main.tsx'], outdir: 'dist/console/assets', format: 'esm', splitting: true, entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]' }),
    esbuild.build({ ...common, entryPoints: ['widget/worker.ts'], outfile: 'dist/worker/worker.js', format: 'esm', target: 'es2022', minify: false }),
  ]);
  const script = outputOf(inbox.metafile, 'console/main.tsx', 'dist/console');
  const style = Object.values(inbox.metafile.outputs).find((output) => output.entryPoint === 'console/main.tsx')?.cssBundle?.slice('dist/console/'.length);
  if (!style) throw new Error('console/main.tsx imports no stylesheet');
  const page = await readFile(join(root, 'console/index.html'), 'utf8');

  const manifest = { panel: outputOf(panel.metafile, 'widget/panel.tsx', 'dist/widget') };
  const built = [fallback, loader, panel, inbox, worker].flatMap(({ outputFiles }) => outputFiles);
  const files = [
    ...built.map(({ path, contents }) => [relative(dist, path), contents]),
    ['console/index.html', page.replaceAll('__SCRIPT__', script).replaceAll('__STYLE__', style)],
    ['manifest.json', JSON.stringify(manifest, null, 2)],
    ['meta.json', JSON.stringify({ loader: loader.metafile, panel: panel.metafile, fallback: fallback.metafile, console: inbox.metafile, worker: worker.metafile })],
  ];
  return { manifest, files };
}

if (process.argv[1] && basename(process.argv[1]) === 'esbuild.config.mjs') {
  const started = performance.now();
  await build();
  process.stdout.write(`Built widget and console into dist/ in ${Math.round(performance.now() - started)} ms\n`);
  // Not needed by browsers, but by the first start of a gateway with the embedded database, which is then quicker.
  await makeSeed();
}
