/** Two tabs of one browser, an agent, and a network that does its worst, by chance: what everybody has in the end is the log. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { until } from './harness/until.ts';
import { FakeBrowser, type Tab } from './widget-fake-browser.ts';
import { FakeGateway } from './widget-fake-gateway.ts';

const tick = () => new Promise((resolve) => { setImmediate(resolve); });

const steps = fc.array(fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('deliver' as const), which: fc.double({ min: 0, max: 0.999, noNaN: true }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('write' as const), tab: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('agent' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('note' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const), tab: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wake' as const), tab: fc.nat(1) }) },
), { minLength: 10, maxLength: 80 });

it('[D2] [D3] [D4] [D6] nothing lost, nothing doubled, one order for all, over drops, lost answers, lost broadcasts and reloads', async () => {
  await fc.assert(fc.asyncProperty(steps, async (script) => {
    const gateway = new FakeGateway();
    const browser = new FakeBrowser();
    gateway.automatic = false;
    const open = (): Tab => {
      const tab = browser.tab(gateway);
      tab.start();
      return tab;
    };
    const tabs: [Tab, Tab] = [open(), open()];
    const written: string[] = [];

    for (const step of script) {
      const [log] = gateway.logs.values();
      switch (step.kind) {
        case 'deliver': gateway.deliver(step.which); break;
        case 'write': {
          const text = `text ${written.length}`;
          await tabs[step.tab as 0 | 1].send(text);
          written.push(text);
          break;
        }
        case 'agent': if (log) gateway.say(log.conversation.id, `answer ${log.entries.length}`); break;
        case 'note': if (log) gateway.note(log.conversation.id); break;
        case 'reload':
          tabs[step.tab as 0 | 1].crash();
          tabs[step.tab as 0 | 1] = open();
          break;
        case 'cut': gateway.cut(); break;
        case 'lose': for (const wire of gateway.wires) wire.down.shift(); break;
        case 'wake': tabs[step.tab as 0 | 1].wake(); break;
      }
      await tick();
      expect(new Set(gateway.texts()).size).toBe(gateway.texts().length);
    }

    // The weather clears up: everything is delivered, broken wires come back, and the log is asked.
    gateway.automatic = true;
    while (gateway.deliver(0)) await tick();
    gateway.cut();
    try {
      await until(() => gateway.texts().length === written.length, { timeout: 5_000, every: 1, what: 'every message to arrive' });
      expect(gateway.texts()).toEqual(written);
      expect(gateway.logs.size).toBe(Math.min(1, written.length));
      const [log] = gateway.logs.values();
      const whole = (log?.entries ?? []).flatMap((entry) => (entry.kind === 'message' ? [entry.text] : []));
      for (const tab of tabs) {
        await until(() => tab.state().entries.length === whole.length && tab.state().waiting.length === 0, { timeout: 5_000, every: 1, what: `every message to show: ${tab.shown().join()}` });
        expect(tab.state().entries.flatMap((entry) => (entry.kind === 'message' ? [entry.text] : []))).toEqual(whole);
      }
    } finally {
      for (const tab of tabs) tab.destroy();
    }
  }), { numRuns: 60, endOnFailure: true });
}, 60_000);
