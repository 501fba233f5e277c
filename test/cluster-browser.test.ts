/** The inbox in real browsers at two gateways: agents see each other at work, and are told when updates come slower. */
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser } from './harness/browser.ts';
import { startCluster, type Cluster } from './harness/cluster.ts';
import { Agent } from './harness/people.ts';
import type { Session } from './harness/gateway.ts';
import { until } from './harness/until.ts';
import { VisitorClient } from './harness/visitor-client.ts';

const browser = useBrowser();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ gateways: 2 });
  await cluster.are('ready');
});
afterAll(() => cluster.stop());

async function agentAt(index: number, session: Session): Promise<Agent> {
  const agent = new Agent(await browser.page());
  const { url } = cluster.gateway(index);
  const [name = '', value = ''] = session.cookie.split('=');
  await agent.page.context().addCookies([{ name, value, url, httpOnly: true, sameSite: 'Lax' }]);
  await agent.page.goto(`${url}/console/`);
  await agent.list.waitFor();
  return agent;
}

it('agents at two gateways see who else looks at a conversation and writes in it, and are told calmly when updates take longer', async () => {
  onTestFailed(() => console.log(cluster.log));
  const visitor = new VisitorClient({ url: cluster.gateway(0).url, name: 'visitor' });
  visitor.start();
  try {
    await visitor.say('Is anybody there?');
    const [olive, ben] = [await agentAt(0, await cluster.owner()), await agentAt(1, await cluster.member('Ben'))];
    await olive.open('Is anybody there?');
    const viewers = olive.pane.getByRole('status').filter({ hasText: 'looking at this too' });
    expect(await viewers.count()).toBe(0);
    await ben.open('Is anybody there?');
    await viewers.getByText('Ben is looking at this too').waitFor();
    await ben.pane.getByText('Olive is looking at this too').waitFor();
    await keepPicture(olive.page, 'inbox-viewing');
    await expectAccessible(olive.page);
    // Who writes also looks, and that is said once.
    await ben.composer.pressSequentially('Let me see');
    await olive.pane.getByText('Ben is typing…').waitFor();
    expect(await viewers.count()).toBe(0);
    await ben.reply('Let me see: yes.');
    await olive.sees('Let me see: yes.');
    await viewers.getByText('Ben is looking at this too').waitFor();
    await ben.page.close();
    await viewers.waitFor({ state: 'detached' });

    const notice = olive.page.getByRole('region', { name: 'Connection' }).getByText('Updates may take a few seconds.');
    cluster.redis.freeze();
    await notice.waitFor();
    await keepPicture(olive.page, 'inbox-slow');
    await expectAccessible(olive.page);
    await olive.reply('Still here.');
    await until(() => [...visitor.shown().values()].flat().some(({ text }) => text === 'Still here.'));
    cluster.redis.thaw();
    await notice.waitFor({ state: 'detached' });
  } finally {
    cluster.redis.thaw();
    visitor.stop();
  }
});
