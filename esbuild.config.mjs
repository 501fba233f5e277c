/**
 * Builds what browsers load, from source into dist/:
 *
 *   dist/widget/loader.js            the loader: a function that the gateway calls with the workspace's settings when it serves it
 *   dist/widget/assets/VERSION/      panel.js, and beside it what it loads when it is needed: its parts, the languages, the other
 *                                    connection. VERSION is made from all of their contents, so what is in it never changes
 *   dist/widget/migrate/NAME.js      the shims for pages that were written for another vendor's widget
 *   dist/npm/                        the npm package: what `import … from 'miradesk'` gets
 *   dist/examples/NAME/              what examples/NAME/ needs built
 *   dist/console/index.html, assets/ the agent inbox
 *   dist/worker/worker.js            the edge, for Cloudflare (wrangler.toml)
 *   dist/manifest.json               where the panel is; the gateway reads it
 *   dist/meta.json                   esbuild's metafiles; the boundary and budget tests read them
 *
 * Run it (`npm run build`) or import build().
 */
import { createHash, randomBytes } from 'node:crypto';
import { globSync, readFileSync, renameSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { minify } from 'terser';
import { shorterNames } from './esbuild.names.mjs';
import { leanPreact } from './esbuild.preact.mjs';
import { siteFiles } from './esbuild.sites.mjs';
import { makeSeed } from './gateway/store/seed.ts';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');

/** Constructable stylesheets, adoptedStyleSheets, :has() and ES2022 are there in all of these. */
const target = ['chrome105', 'edge105', 'firefox115', 'safari16.4'];

/** Lets the widget import a stylesheet as minified text for a constructable stylesheet, with the tokens' values in their places. */
export const cssAsText = {
  name: 'css-as-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { light, dark } = await readTokens();
      const css = (await readFile(path, 'utf8')).replace('@tokens light;', declared(light, dark)).replace('@tokens dark;', declared(dark, dark));
      const { code } = await esbuild.transform(withValues(css, light, dark), { loader: 'css', minify: true, target });
      return { contents: code.trim(), loader: 'text', watchFiles: [path, tokensFile] };
    });
  },
};

const tokensFile = join(root, 'shared/tokens.css');

/** The design's tokens, by name: as they are, and those that are otherwise in the dark. The page's part (--brand) is not among them. */
async function readTokens() {
  const css = (await readFile(tokensFile, 'utf8')).replace(/\/\*[^]*?\*\//g, '');
  const [light, dark] = ['', 'prefers-color-scheme: dark'].map((query) => {
    const block = new RegExp(`${query ? `\\(${query}\\)\\s*{\\s*` : '^\\s*'}:root, :host {([^}]*)}`).exec(css)?.[1] ?? '';
    return new Map([...block.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]).filter(([name]) => !/brand/.test(name)));
  });
  return { light, dark };
}

/** The declarations of what is not the same everywhere, as far as some stylesheet of the widget reads it. Colours may be the page's (docs/sdk.md, Theming). */
function declared(tokens, dark) {
  const used = globSync('widget/**/*.css', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8')).join('');
  return [...tokens].filter(([name]) => dark.has(name) && used.includes(`var(${name})`))
    .map(([name, value]) => `${name}:${value.startsWith('#') ? `var(${name.replace('--', '--miradesk-')},${value})` : value};`).join('');
}

/** What is the same everywhere stands where it is used: shorter, and no part of the widget depends on another for it. */
function withValues(css, light, dark) {
  let text = css;
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(/var\((--[\w-]+)\)/g, (whole, name) => (light.has(name) && !dark.has(name) ? light.get(name) : whole));
  }
  return text;
}

/** Has V8 compile all of a script while it comes, beside the page's main thread, instead of reading each function a second time when it is called: a seventh less of what the loader takes there. */
const EAGER = '//# allFunctionsCalledOnLoad\n';

/** A second look at what visitors load, and a third at what that leaves: together they save some 3% that every page of every website would carry. */
async function squeeze(contents, { expression = false } = {}) {
  const options = { module: true, ecma: 2020, compress: { expression, passes: 3, lhs_constants: false, pure_getters: true, unsafe_arrows: true, unsafe_methods: true }, format: { comments: false } };
  const { code } = await minify((await minify(contents, options)).code, options);
  return expression ? `(${code.replace(/;$/, '')})` : code;
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

/**
 * The panel is one file, and everything that it loads later is a file beside it (widget/beside.ts). What those need of the panel (Preact, texts,
 * icons: widget/kit.ts) they import from its own file, which is there already: a chunk shared by both would cost every visitor one more request.
 */
const fromPanel = {
  name: 'from-the-panel',
  setup(build) {
    build.onResolve({ filter: /^preact|\/kit\.ts$/ }, () => ({ path: '../panel.js', external: true }));
  },
};

/** All files of dist/ by their path in it, in the order in which they are written: who looks for the last one finds all. */
async function makeFiles() {
  const widget = { ...common, outdir: 'dist/widget/assets', format: 'esm', outbase: 'widget', define: { MIRADESK_BUILT: 'true' } };
  const drawn = { ...widget, ...shorterNames, jsx: 'transform', jsxFactory: 'createElement', jsxFragment: 'Fragment', inject: ['widget/jsx.ts'], tsconfigRaw: {} };
  const [loader, panel, parts, languages, fallback, inbox, worker] = await Promise.all([
    esbuild.build({ ...common, entryPoints: ['widget/loader.ts'], outfile: 'dist/widget/loader.js', format: 'esm', plugins: [cssAsText] }),
    esbuild.build({ ...drawn, entryPoints: ['widget/panel.tsx'], plugins: [leanPreact, cssAsText] }),
    esbuild.build({ ...drawn, entryPoints: globSync('widget/parts/*.tsx', { cwd: root }).toSorted(), splitting: true, chunkNames: 'parts/[name]-[hash]', plugins: [fromPanel, cssAsText] }),
    esbuild.build({ ...widget, entryPoints: globSync('widget/locales/*.ts', { cwd: root }).toSorted() }),
    esbuild.build({ ...widget, entryPoints: ['widget/connection-socketio.ts'] }),
    esbuild.build({ ...common, entryPoints: ['console/main.tsx'], outdir: 'dist/console/assets', format: 'esm', splitting: true, entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]' }),
    esbuild.build({ ...common, entryPoints: ['widget/worker.ts'], outfile: 'dist/worker/worker.js', format: 'esm', target: 'es2022', minify: false }),
  ]);
  const script = outputOf(inbox.metafile, 'console/main.tsx', 'dist/console');
  const style = Object.values(inbox.metafile.outputs).find((output) => output.entryPoint === 'console/main.tsx')?.cssBundle?.slice('dist/console/'.length);
  if (!style) throw new Error('console/main.tsx imports no stylesheet');
  const page = await readFile(join(root, 'console/index.html'), 'utf8');

  const together = [panel, parts, languages, fallback].flatMap(({ outputFiles }) => outputFiles).toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const loaded = await Promise.all(together.map(async ({ path, text }) => [relative(join(dist, 'widget/assets'), path), await squeeze(text)]));
  const version = createHash('sha256').update(JSON.stringify(loaded)).digest('hex').slice(0, 10);
  const manifest = { panel: `assets/${version}/panel.js` };
  const files = [
    ['widget/loader.js', EAGER + await squeeze(`(function (MIRADESK_SETTINGS) {${loader.outputFiles[0].text}})`, { expression: true })],
    ...loaded.map(([path, contents]) => [`widget/assets/${version}/${path}`, contents]),
    ...[inbox, worker].flatMap(({ outputFiles }) => outputFiles).map(({ path, contents }) => [relative(dist, path), contents]),
    ...await siteFiles(root, common, squeeze),
    ['console/index.html', page.replaceAll('__SCRIPT__', script).replaceAll('__STYLE__', style)],
    ['manifest.json', JSON.stringify(manifest, null, 2)],
    ['meta.json', JSON.stringify({ loader: loader.metafile, panel: panel.metafile, parts: parts.metafile, languages: languages.metafile, fallback: fallback.metafile, console: inbox.metafile, worker: worker.metafile })],
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
