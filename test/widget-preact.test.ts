// @vitest-environment happy-dom
/** The Preact that visitors get, from which the build leaves out what the widget never uses, beside the whole one: they draw the same. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as whole from 'preact';
import { beforeAll, describe, expect, it } from 'vitest';
import { lean } from '../esbuild.preact.mjs';
import { random } from './harness/random.ts';

type Preact = Pick<typeof whole, 'Component' | 'createElement' | 'createRef' | 'Fragment' | 'render'>;
/** A node to draw: how to make it with one Preact or the other. */
type Drawing = (preact: Preact) => whole.ComponentChild;

const text = readFileSync(join(import.meta.dirname, '../node_modules/preact/dist/preact.mjs'), 'utf8');
let ours: Preact;

beforeAll(async () => {
  ours = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(lean(text))}`)) as Preact;
});

/** Both draw the same steps, each into a place of its own. */
function both(): { draw(drawing: Drawing): void; html(): [string, string] } {
  const places = [document.createElement('div'), document.createElement('div')] as const;
  return {
    draw(drawing) {
      ours.render(drawing(ours), places[0]);
      whole.render(drawing(whole), places[1]);
    },
    html: () => [places[0].innerHTML, places[1].innerHTML],
  };
}

describe('the leaner Preact', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('draws whatever follows whatever like the whole one (seed %i)', (seed) => {
    const { next } = random(seed);
    const upTo = (count: number): number => Math.floor(next() * count);
    const maybe = <T>(value: T): T | undefined => (next() < 0.5 ? value : undefined);
    const some = (depth: number): Drawing[] => Array.from({ length: upTo(5) }, () => node(depth));

    function node(depth: number): Drawing {
      const kind = upTo(depth > 3 ? 3 : 9);
      if (kind === 0) return () => null;
      if (kind === 1) return () => false;
      if (kind === 2) {
        const words = `text ${upTo(3)}`;
        return () => words;
      }
      const children = some(depth + 1);
      if (kind === 3) return (preact) => preact.createElement(preact.Fragment, null, ...children.map((child) => child(preact)));
      if (kind === 4) return (preact) => preact.createElement(({ children: inner }) => inner, null, ...children.map((child) => child(preact)));
      if (kind === 5) return (preact) => preact.createElement('svg', { viewBox: '0 0 28 28', 'aria-hidden': 'true' }, preact.createElement('path', { d: 'M0 0' }));
      if (kind === 6) {
        // A list whose members come, go and change places.
        const keys = ['a', 'b', 'c', 'd', 'e', 'f'].filter(() => next() < 0.6).sort(() => next() - 0.5);
        return (preact) => preact.createElement('ul', null, keys.map((key) => preact.createElement('li', { key }, key)));
      }
      const tag = ['div', 'p', 'button', 'label'][upTo(4)] as 'div';
      const props = { class: maybe(`class-${upTo(3)}`), hidden: maybe(next() < 0.5), tabIndex: maybe(0), 'aria-label': maybe('name'), 'aria-expanded': maybe(next() < 0.5), dir: maybe('auto'), 'data-delivery': maybe('sent'), role: maybe('status') };
      return (preact) => preact.createElement(tag, props, ...children.map((child) => child(preact)));
    }

    const { draw, html } = both();
    for (let step = 0; step < 15; step++) {
      const drawing = node(0);
      draw(drawing);
      const [leaner, wholly] = html();
      expect(leaner).toBe(wholly);
    }
  });

  it('calls components the same way, at the same moments, and lets them catch what their children throw', async () => {
    const told: [string[], string[]] = [[], []];
    const drawing = (count: number): Drawing => (preact) => {
      const news = told[preact === ours ? 0 : 1];
      class Inner extends preact.Component<{ count: number }, { own: number }> {
        override state = { own: 0 };
        button = preact.createRef<HTMLButtonElement>();
        override componentDidMount(): void { news.push(`mount ${this.button.current?.tagName}`); }
        override componentWillUnmount(): void { news.push('unmount'); }
        override shouldComponentUpdate(next: { count: number }): boolean { return next.count !== 2; }
        override getSnapshotBeforeUpdate(before: { count: number }): string { return `from ${before.count}`; }
        override componentDidUpdate(before: { count: number }, _: unknown, snapshot: string): void { news.push(`update ${before.count} ${snapshot} own ${this.state.own}`); }
        override render({ count: now }: { count: number }) {
          if (now === 4) throw new Error('cannot be drawn');
          return preact.createElement('button', { ref: this.button, onClick: () => this.setState({ own: this.state.own + 1 }, () => news.push('said')) }, now, this.state.own);
        }
      }
      classes[preact === ours ? 0 : 1] ??= Inner;
      class Outer extends preact.Component<{ count: number }, { failed: boolean }> {
        override state = { failed: false };
        override componentDidCatch(error: Error): void {
          news.push(error.message);
          this.setState({ failed: true });
        }
        override render({ count: now }: { count: number }) {
          return this.state.failed ? preact.createElement('p', null, 'failed') : preact.createElement(classes[preact === ours ? 0 : 1] as typeof Inner, { count: now });
        }
      }
      outers[preact === ours ? 0 : 1] ??= Outer;
      return preact.createElement(outers[preact === ours ? 0 : 1] as typeof Outer, { count });
    };
    const classes: unknown[] = [];
    const outers: unknown[] = [];
    const places = [document.createElement('div'), document.createElement('div')] as const;
    const draw = async (count: number): Promise<void> => {
      ours.render(drawing(count)(ours), places[0]);
      whole.render(drawing(count)(whole), places[1]);
      for (const place of places) place.querySelector('button')?.click();
      await Promise.resolve();
      await Promise.resolve();
      expect(places[0].innerHTML).toBe(places[1].innerHTML);
      expect(told[0]).toEqual(told[1]);
    };
    for (const count of [0, 1, 2, 3, 4]) await draw(count);
    expect(told[0]).toEqual(expect.arrayContaining(['mount BUTTON', 'said', 'update 0 from 0 own 1', 'cannot be drawn']));
    expect(places[0].innerHTML).toBe('<p>failed</p>');
  });

  it('sets what is typed, ticked and chosen', () => {
    const { draw, html } = both();
    for (const [value, checked] of [['one', true], ['two', false], ['', true]] as const) {
      draw((preact) => [
        preact.createElement('textarea', { rows: 1, value, 'aria-invalid': checked }),
        preact.createElement('input', { type: 'checkbox', checked }),
        preact.createElement('select', { value: value || 'one' }, ['one', 'two'].map((one) => preact.createElement('option', { key: one }, one))),
        preact.createElement('progress', { max: 1, value: checked ? 0 : 0.5 }),
      ]);
      expect(html()[0]).toBe(html()[1]);
    }
  });
});

it('another version of Preact stops the build, and says which cut it was', () => {
  expect(() => lean(text.replace('startsWith("$s")', 'startsWith("$t")').replace('function K(n,t,r)', 'function K(n,t,r,u)'))).toThrow('esbuild.preact.mjs: "function K(n,t,r){return this.constructor(n,r)}" is not in this version of Preact exactly once.');
  expect(() => lean(text + text)).toThrow('exactly once');
});

it('the widget uses nothing that was left out', () => {
  const gone = /\bstyle=|dangerouslySetInnerHTML|\bon\w+Capture=|getDerivedState|componentWill(Mount|Update|ReceiveProps)\b|contextType|ChildContext|createContext|createPortal|hydrate|setState\(\s*\(|\bref=\{\(|forceUpdate\([^)]/;
  const files = globSync('widget/**/*.tsx', { cwd: join(import.meta.dirname, '..') });
  expect(files.length).toBeGreaterThan(20);
  expect(files.flatMap((file) => {
    const found = gone.exec(readFileSync(join(import.meta.dirname, '..', file), 'utf8'))?.[0];
    return found ? [`${file}: ${found}`] : [];
  })).toEqual([]);
});
