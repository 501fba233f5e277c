/** The emoji: by group, by word, and those used lately. */
import { codeBefore } from '../emoji-codes.ts';
import { emojiGroups, emojiOf, findEmoji } from '../emoji-data.ts';
import { adopt, Component, createRef, t } from '../kit.ts';
import type { Session } from '../session.ts';
import { like, likesOf } from './likes.ts';
import css from './emoji.css';

/** Puts an emoji in the place of what was typed for one, before the space that ends it. */
export function putEmoji(box: HTMLTextAreaElement, onChange: () => void): void {
  const to = box.selectionEnd - 1;
  const found = box.value[to] === ' ' ? codeBefore(box.value.slice(0, to)) : null;
  if (!found) return;
  box.setRangeText(found.emoji, to - found.code.length, to, 'preserve');
  onChange();
}

interface EmojiProps {
  session: Session;
  onPick(emoji: string): void;
}

const RECENT_MAX = 16;

export default class Emoji extends Component<EmojiProps, { query: string }> {
  override state = { query: '' };
  search = createRef<HTMLInputElement>();
  frame = createRef<HTMLDivElement>();
  box = createRef<HTMLDivElement>();
  /** As it was when it was opened, so that nothing moves under the pointer. */
  recent = likesOf(this.props.session).emoji ?? [];

  override componentDidMount(): void {
    adopt(css);
    this.frame.current?.addEventListener('keydown', this.key);
    this.search.current?.focus();
  }

  pick(emoji: string): void {
    const { session, onPick } = this.props;
    like(session, { emoji: [emoji, ...(likesOf(session).emoji ?? []).filter((one) => one !== emoji)].slice(0, RECENT_MAX) });
    onPick(emoji);
  }

  /** Arrow keys go through the grid, where every row has as many as fit. */
  key = (event: KeyboardEvent): void => {
    const all = [...(this.box.current?.querySelectorAll('button') ?? [])];
    const place = all.indexOf(event.target as HTMLButtonElement);
    const first = all[0];
    if (!first) return;
    if (event.key === 'Enter' && place < 0) {
      event.preventDefault();
      first.click();
      return;
    }
    const rtl = getComputedStyle(first).direction === 'rtl' ? -1 : 1;
    const row = all.filter(({ offsetTop }) => offsetTop === first.offsetTop).length;
    const step = { ArrowRight: rtl, ArrowLeft: -rtl, ArrowDown: row, ArrowUp: -row }[event.key];
    if (step === undefined || (place < 0 && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const next = place < 0 ? 0 : place + step;
    (all[next] ?? (next < 0 ? this.search.current : all[place]))?.focus();
  };

  override render(_: EmojiProps, { query }: { query: string }) {
    const found = findEmoji(query);
    const groups = query.trim()
      ? [{ name: '', emoji: found }]
      : [{ name: t('recent'), emoji: this.recent }, ...emojiGroups.map((group) => ({ name: t(group), emoji: emojiOf(group).map(({ emoji }) => emoji) }))];
    return (
      <div class="emoji" role="group" aria-label={t('emoji')} ref={this.frame}>
        <input
          ref={this.search} type="search" aria-label={t('findEmoji')} placeholder={t('findEmoji')} value={query} dir="auto"
          onInput={({ currentTarget }) => this.setState({ query: currentTarget.value })}
        />
        <div class="emoji-box" ref={this.box}>
          {groups.filter(({ emoji }) => emoji.length > 0).map(({ name, emoji }) => (
            <section key={name} aria-label={name || t('emoji')}>
              {name && <h3>{name}</h3>}
              <div class="emoji-row">
                {emoji.map((one, place) => <button type="button" key={one} tabIndex={place ? -1 : 0} onClick={() => this.pick(one)}>{one}</button>)}
              </div>
            </section>
          ))}
          {query.trim() && found.length === 0 && <p role="status" class="no-emoji">{t('noEmoji')}</p>}
        </div>
      </div>
    );
  }
}
