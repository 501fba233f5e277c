/** What the list shows when there is nothing to list: not yet, not at all, or not possible. */
import type { InboxFilter } from '../shared/protocol.ts';
import { Icon } from './icons.tsx';
import { texts } from './texts.ts';

const t = texts.list;

export function ListSkeleton() {
  return (
    <div class="skeleton-rows" role="status" aria-label={t.loading}>
      {Array.from({ length: 8 }, (_, index) => (
        <div class="skeleton-row" key={index}>
          <span class="skeleton disc" />
          <span class="skeleton-lines"><span class="skeleton" data-width={(index % 3) + 1} /><span class="skeleton" data-width={((index + 1) % 3) + 2} /></span>
        </div>
      ))}
    </div>
  );
}

export function ListEmpty({ view }: { view: InboxFilter }) {
  const { heading, text } = t.empty[view];
  return (
    <div class="list-empty">
      <EmptyDrawing view={view} />
      <h3>{heading}</h3>
      <p>{text}</p>
    </div>
  );
}

/** A quiet desk: each view has its own thing lying on it. */
function EmptyDrawing({ view }: { view: InboxFilter }) {
  const things: Record<InboxFilter, string> = {
    unassigned: 'm38 52 5-20h34l5 20M40 44h12l3 5h10l3-5h12',
    mine: 'M46 52V32h22v20M68 38h6a4 4 0 0 1 0 8h-6M52 25c0-4 4-4 4-8M60 25c0-4 4-4 4-8',
    all: 'M36 26h30a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H48l-8 6v-6h-4a4 4 0 0 1-4-4V30a4 4 0 0 1 4-4ZM76 34h6a4 4 0 0 1 4 4v14',
    closed: 'M38 28h44v8H38ZM42 36v16h36V36M54 42h12',
  };
  return (
    <svg class="empty-drawing" width="120" height="72" viewBox="0 0 120 72" aria-hidden="true" focusable="false">
      <path class="empty-shade" d="M60 10c22 0 40 10 44 42H16C20 20 38 10 60 10Z" />
      <path d={`M12 52h96M24 52v12M96 52v12${things[view]}`} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export function ListFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <div class="list-empty">
      <Icon name="warning" size={28} />
      <p>{t.failed}</p>
      <button type="button" class="button" onClick={onRetry}>{texts.tryAgain}</button>
    </div>
  );
}
