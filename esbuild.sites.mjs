/** Builds what websites take from us besides the snippet: the shims, the npm package, and the examples that need a build. */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as esbuild from 'esbuild';

/** What is written about the npm package inside it. It depends on nothing. */
async function packageJson(root) {
  const { name, version, description, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const entry = { types: './index.d.ts', default: './index.js' };
  return JSON.stringify({ name, version, description, license, type: 'module', sideEffects: false, types: './index.d.ts', exports: { '.': entry } }, null, 2);
}

/** The types of what the entry exports: all of them are members of MiraDeskModule. */
function declarations(exported) {
  const verbs = exported.map((verb) => `export declare const ${verb}: MiraDeskModule['${verb}'];`);
  return `import type { MiraDeskModule } from './sdk-types.js';\nexport type * from './sdk-types.js';\n${verbs.join('\n')}\n`;
}

/** The project's own tsconfig.json says Preact, and would be heard first. */
const REACT = { compilerOptions: { jsx: 'react-jsx', jsxImportSource: 'react' } };

/** Files of dist/ by their path in it. `common` are esbuild's settings for everything that browsers load; `squeeze` makes a script smaller. */
export async function siteFiles(root, common, squeeze) {
  const [shims, npm, react] = await Promise.all([
    esbuild.build({ ...common, entryPoints: globSync('widget/migrate/*.ts', { cwd: root, exclude: ['widget/migrate/desk.ts'] }), outdir: 'dist/widget/migrate', format: 'iife' }),
    // Whoever bundles it makes it small; until then it can be read.
    esbuild.build({ ...common, minify: false, entryPoints: ['widget/npm.ts'], outfile: 'dist/npm/index.js', format: 'esm' }),
    esbuild.build({
      ...common, entryPoints: ['examples/react/app.jsx'], outdir: 'dist/examples/react', format: 'esm', tsconfigRaw: REACT,
      alias: { miradesk: join(root, 'widget/npm.ts') }, define: { 'process.env.NODE_ENV': '"production"' },
    }),
  ]);
  const [{ exports: exported }] = Object.values(npm.metafile.outputs);
  return [
    ...await Promise.all(shims.outputFiles.map(async ({ path, text }) => [relative(join(root, 'dist'), path), await squeeze(text)])),
    ...[npm, react].flatMap(({ outputFiles }) => outputFiles).map(({ path, contents }) => [relative(join(root, 'dist'), path), contents]),
    ['npm/index.d.ts', declarations(exported.toSorted())],
    ['npm/sdk-types.d.ts', await readFile(join(root, 'widget/sdk-types.ts'))],
    ['npm/package.json', await packageJson(root)],
  ];
}
