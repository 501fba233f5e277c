// @vitest-environment happy-dom
/** Files and ratings in the log. */
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linesOf, type Line } from '../console/conversation-model.ts';
import { DeskContext, type Desk } from '../console/desk.ts';
import { LogLine } from '../console/log-line.tsx';
import type { Entry } from '../shared/protocol.ts';
import { at, message } from './console-fakes.ts';

let root: HTMLElement;
beforeEach(() => { root = document.body.appendChild(document.createElement('div')); });
afterEach(() => {
  void act(() => render(null, root));
  root.remove();
});

const rating: Entry = { id: 'a.2', conversationId: 'a', seq: 2, prev: 1, kind: 'rating', author: { kind: 'visitor', id: 'v', name: null }, clientId: 'rated-it', at: at(2), score: 4, comment: 'Quick <b>thanks</b>' };

function show(entries: Entry[]): Line[] {
  const desk = { workspace: { id: 'demo', name: 'Demo' }, member: { id: 'ana' } } as unknown as Desk;
  const lines = linesOf(entries, [], { unreadAfter: null });
  void act(() => render(
    <DeskContext.Provider value={desk}>
      {lines.map((line) => <LogLine line={line} key={line.key} visitorName="Mia" visitorId="v" delivered={0} seen={0} newestToVisitor={false} onEdit={() => {}} />)}
    </DeskContext.Provider>, root,
  ));
  return lines;
}

describe('a message with files', () => {
  const files = [
    { id: 'f1', name: 'big kettle?.png', type: 'image/png', size: 204_800, width: 1_600, height: 1_200 },
    { id: 'f2', name: 'small.gif', type: 'image/gif', size: 100, width: 20, height: 10 },
    { id: 'f3', name: 'offer.pdf', type: 'application/pdf', size: 1_234_567 },
    { id: 'f4', name: 'camera.heic', type: 'image/heic', size: 900 },
  ];

  it('shows pictures in their place, as large as they will be, and opens them in a new tab', () => {
    show([message('a', 1, { text: '', attachments: files })]);
    const pictures = [...root.querySelectorAll('img')];
    expect(pictures.map((picture) => [picture.getAttribute('src'), picture.alt, picture.getAttribute('width'), picture.getAttribute('height')])).toEqual([
      ['/files/demo/f1/big%20kettle%3F.png', 'Picture: big kettle?.png', '320', '240'], ['/files/demo/f2/small.gif', 'Picture: small.gif', '20', '10'],
    ]);
    expect(pictures[0]?.closest('a')?.target).toBe('_blank');
    expect(pictures[0]?.closest('a')?.rel).toBe('noopener noreferrer');
    expect(root.querySelector('.said-text')).toBeNull();
  });

  it('offers everything else to be saved, with name and size', () => {
    show([message('a', 1, { text: 'Look', attachments: files })]);
    const chips = [...root.querySelectorAll<HTMLAnchorElement>('.file-chip')];
    expect(chips.map((chip) => [chip.getAttribute('href'), chip.getAttribute('download')])).toEqual([['/files/demo/f3/offer.pdf', 'offer.pdf'], ['/files/demo/f4/camera.heic', 'camera.heic']]);
    expect(chips[0]?.textContent).toContain('offer.pdf');
    expect(chips[0]?.textContent).toMatch(/1[.,]2\sMB/);
    expect(root.querySelector('ul')?.getAttribute('aria-label')).toBe('4 files');
    expect(root.querySelector('.said-text')?.textContent).toBe('Look');
  });
});

describe('a rating', () => {
  it('is a line of its own, in words as well as stars, with the comment as text [S3]', () => {
    const lines = show([message('a', 1), rating, message('a', 3)]);
    expect(lines.map(({ kind }) => kind)).toEqual(['day', 'said', 'event', 'said']);
    const line = root.querySelector('.line-rating');
    expect(line?.textContent).toContain('The visitor rated this conversation 4 of 5');
    expect(line?.querySelector('.stars')?.textContent).toBe('★★★★☆');
    expect(line?.querySelector('.stars')?.getAttribute('aria-hidden')).toBe('true');
    expect(line?.querySelector('.rating-comment')?.textContent).toBe('Quick <b>thanks</b>');
    expect(line?.querySelector('b')).toBeNull();
  });

  it('ends a group of messages', () => {
    const [, first, , second] = show([message('a', 1), rating, message('a', 3)]);
    expect([first, second]).toMatchObject([{ last: true }, { first: true }]);
  });
});
