/** A page whose snippet comes from the edge, before, while and after the gateway is gone. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Edge, rawRequest, startEdge } from './harness/edge.ts';
import { freePort } from './harness/free-port.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { type Site, startSite } from './harness/site.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
let edge: Edge;
let site: Site;

beforeAll(async () => {
  const port = await freePort();
  gateway = await startGateway({ port, env: { PUBLIC_URL: `http://localhost:${port}` } });
  edge = await startEdge(gateway.url);
  // The strictest policy: the edge for scripts, the gateway for talking, and both for what the panel fetches.
  const policy = `default-src 'none'; script-src ${edge.url}; connect-src ${edge.url} ${gateway.url} ${gateway.url.replace('http', 'ws')}; require-trusted-types-for 'script'; trusted-types 'none'`;
  site = await startSite({
    '/': { html: `<!doctype html><html lang="en"><title>Kettle &amp; Kiln</title><h1>Pots</h1><script async src="${edge.url}/w/demo.js"></script>`, headers: { 'content-security-policy': policy } },
  });
});
beforeEach(async () => { if (!gateway.running) await gateway.start(); });
afterAll(async () => {
  await site.close();
  await edge.close();
  await gateway.stop();
});

it('talks as if the snippet came from the gateway, which is asked for nothing but the talking', async () => {
  showLogOnFailure(gateway);
  const page = await browser.page();
  const seen = watch(page);
  const visitor = new Visitor(page);
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  await visitor.visit(`${site.origin}/`);
  await visitor.say('Hello through the edge');
  await agent.open('Hello through the edge');
  await agent.reply('Heard you');
  await visitor.sees('Heard you');
  expect(seen.requests.filter((address) => address.startsWith(gateway.url))).toEqual([]);
  expect(new Set(seen.sockets.map((address) => new URL(address).host))).toEqual(new Set([new URL(gateway.url).host]));
  expect(seen.errors).toEqual([]);
});

it('[D4] [D7] launcher and panel come up for a new visitor while the gateway is gone; what they write waits, and goes when it is back', async () => {
  showLogOnFailure(gateway);
  const agent = new Agent(await browser.page());
  await agent.enter(gateway);
  // Somebody else was here before.
  const { body } = await rawRequest(edge.url, '/w/demo.js', { 'accept-language': 'en-US' });
  const [panel = ''] = /assets\/\w+\/panel\.js/.exec(body.toString()) ?? [];
  for (const path of [panel, panel.replace('panel', 'locales/en'), 'demo.json']) await until(async () => (await rawRequest(edge.url, `/w/${path}`)).status === 200);
  await gateway.kill();

  // A browser that has never been here, and one more page of it later.
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${site.origin}/`);
  await visitor.say('Is anybody there?');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  await keepPicture(visitor.page, 'widget-edge-gateway-gone');
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.sees('Is anybody there?');
  await visitor.say('I shall wait');
  await until(async () => (await visitor.log.getByText('Waiting to be sent').count()) > 0);

  await gateway.start();
  await agent.open('I shall wait');
  await agent.sees('Is anybody there?');
  await until(async () => {
    expect(await agent.shown()).toEqual(['Is anybody there?', 'I shall wait']);
    expect(await visitor.shown()).toEqual(['Is anybody there?', 'I shall wait']);
    return true;
  }, { what: 'both messages, once and in order' });
  await agent.reply('Here we are');
  await visitor.sees('Here we are');
});
