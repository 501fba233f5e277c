/** The examples as the gateway serves them: what is for browsers, under which address, and with whose snippet. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAssets, type Assets } from '../gateway/assets.ts';
import { root } from './harness/build.ts';
import { ASSETS, startTestGateway, type TestGateway } from './harness/gateway-app.ts';

let assets: Assets;
let gateway: TestGateway;
beforeAll(async () => {
  assets = await readAssets(root, 'acme');
  gateway = await startTestGateway({ assets: { ...ASSETS, demo: assets.demo } });
});
afterAll(() => gateway.close());

it('are the shop at the front door, the others beside it, and what was built for them', () => {
  const paths = [...assets.demo.keys()];
  for (const path of ['index.html', 'art/mark.svg', 'page.css', 'chat-stub.js', 'plain/index.html', 'single-page/app.js', 'react/index.html', 'react/app.js', 'identity/account.js']) expect(paths).toContain(path);
  expect(paths.filter((path) => path.startsWith('shop/') || path.startsWith('proxy/') || !/\.(?:html|css|js|svg)$/.test(path))).toEqual([]);
});

it('carry the snippet of the first workspace, whatever its name', () => {
  for (const [path, { body }] of assets.demo) if (path.endsWith('.html')) expect(body.toString(), path).not.toMatch(/\/w\/demo\.js|"demo"/);
  expect(assets.demo.get('plain/index.html')?.body.toString()).toContain('src="/w/acme.js"');
  expect(assets.demo.get('react/index.html')?.body.toString()).toContain('data-workspace="acme"');
});

it('are found without the slash at the end, and the single-page app at every address of its views', async () => {
  const get = (path: string): Promise<Response> => fetch(`${gateway.url}/demo/${path}`, { redirect: 'manual' });
  const moved = await get('plain');
  expect([moved.status, moved.headers.get('location')]).toEqual([302, '/demo/plain/']);
  const home = assets.demo.get('single-page/index.html')?.body.toString();
  for (const path of ['single-page/', 'single-page/teas', 'single-page/a-new-view']) expect(await (await get(path)).text(), path).toBe(home);
  for (const path of ['single-page/teas/first', 'single-page/gone.js', 'plain/teas', 'identity/server.mjs']) expect((await get(path)).status, path).toBe(404);
});

it('have a stub with every verb that can wait, and it makes way for the widget', () => {
  const types = readFileSync(join(root, 'widget/sdk-types.ts'), 'utf8');
  const [, body = ''] = /export interface MiraDesk \{([^]*?)\n\}/.exec(types) ?? [];
  const verbs = [...body.matchAll(/^ {2}(\w+)[(<]/gm)].map(([, name = '']) => name).filter((name) => name !== 'getState');
  const window: { MiraDesk?: any } = {};
  const stub = readFileSync(join(root, 'examples/chat-stub.js'), 'utf8');
  runInNewContext(stub, { window });
  const early = window.MiraDesk;
  expect(Object.keys(early).toSorted()).toEqual([...verbs, 'q'].toSorted());
  early.prefill('Hello');
  const off = early.on('open', () => {});
  off();
  expect(early.q).toEqual([['prefill', 'Hello'], []]);
  const there = { ...early };
  runInNewContext(stub, { window });
  expect({ ...window.MiraDesk }).toEqual(there);
});
