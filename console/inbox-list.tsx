/**
 * The list of one view. It draws what a person can reach by scrolling and no more, however many conversations there are; news of
 * conversations above never move what is being read.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { InboxFilter } from '../shared/protocol.ts';
import { useDesk } from './desk.ts';
import { Icon } from './icons.tsx';
import { InboxRow } from './inbox-row.tsx';
import { ListEmpty, ListFailed, ListSkeleton } from './inbox-list-states.tsx';
import { texts } from './texts.ts';

const t = texts.list;
/** Rows drawn at first, and how many more each time the end comes near. */
const STEP = 40;
const NEAR_END_PX = 600;

export function InboxList({ view, openedId }: { view: InboxFilter; openedId: string | null }) {
  const { inbox } = useDesk();
  const order = inbox.order(view);
  const page = inbox.page(view);
  const drawn = useSignal(STEP);
  const above = useSignal(0);
  const scroller = useRef<HTMLDivElement>(null);
  const before = useRef<readonly string[]>(order);

  useLayoutEffect(() => {
    drawn.value = STEP;
    above.value = 0;
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [view]);

  // While the top is out of sight, what moves there is counted instead of shown; the browser's scroll anchoring keeps the rest in place.
  useLayoutEffect(() => {
    const top = before.current[0];
    before.current = order;
    if ((scroller.current?.scrollTop ?? 0) < 40) above.value = 0;
    else if (top && order[0] !== top) above.value += Math.max(1, order.indexOf(top));
  }, [order]);

  // The opened conversation is drawn wherever it stands, so that going through the list by keys always has a place to go on from.
  const openedAt = openedId ? order.indexOf(openedId) : -1;
  const shown = order.slice(0, Math.max(drawn.value, openedAt + 10));

  function reach(): void {
    const element = scroller.current;
    if (!element) return;
    if (element.scrollTop < 40) above.value = 0;
    if (element.scrollTop + element.clientHeight < element.scrollHeight - NEAR_END_PX) return;
    if (shown.length < order.length) drawn.value = shown.length + STEP;
    else if (page.loaded && !page.loading && !page.failed && page.next !== null) inbox.more(view);
  }
  useEffect(reach, [shown.length, order.length, page]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp' && event.key !== 'Home') return;
    const rows = [...(scroller.current?.querySelectorAll<HTMLElement>('.row-link') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    event.preventDefault();
    const target = event.key === 'Home' ? 0 : at + (event.key === 'ArrowDown' ? 1 : -1);
    rows[Math.max(0, Math.min(rows.length - 1, target))]?.focus();
  }

  const first = !page.loaded && order.length === 0;
  return (
    <section class="list-pane" aria-label={t.label}>
      <div class="list-head">
        <h2>{texts.nav.views[view]}</h2>
        {inbox.counts.value ? <p class="muted">{texts.nav.inView(inbox.counts.value[view])}</p> : null}
      </div>
      <div class="list-scroller" ref={scroller} role="presentation" onScroll={reach} onKeyDown={onKeyDown}>
        {above.value > 0 ? (
          <button type="button" class="new-above" onClick={() => { scroller.current?.scrollTo({ top: 0 }); }}>
            <Icon name="up" size={16} />{t.newAbove(above.value)}
          </button>
        ) : null}
        {shown.length > 0 ? (
          <ul class="rows">
            {shown.map((id) => <InboxRow id={id} view={view} opened={id === openedId} key={id} />)}
          </ul>
        ) : null}
        {page.failed && order.length === 0 ? <ListFailed onRetry={() => inbox.more(view)} /> : null}
        {first && !page.failed ? <ListSkeleton /> : null}
        {page.loaded && order.length === 0 && !page.loading ? <ListEmpty view={view} /> : null}
        {order.length > 0 && page.failed ? <p class="list-foot">{t.failed} <button type="button" class="link-button" onClick={() => inbox.more(view)}>{texts.tryAgain}</button></p> : null}
        {order.length > 0 && page.loading ? <p class="list-foot muted">{t.loadingMore}</p> : null}
        {order.length > STEP && page.loaded && page.next === null && shown.length === order.length ? <p class="list-foot muted">{t.end}</p> : null}
      </div>
    </section>
  );
}
