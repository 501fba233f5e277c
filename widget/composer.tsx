/** Where the visitor writes. What stands here is never lost: it is a draft until the outbox has it. */
import { Component, createRef, type JSX } from 'preact';
import { TEXT_MAX } from '../shared/limits.ts';
import type { Profile } from '../shared/protocol.ts';
import type { WidgetSettings } from '../shared/settings.ts';
import { cleanText, isVisible } from '../shared/text.ts';
import type { Draft } from './draft.ts';
import { Icon } from './icons.tsx';
import type { Messenger } from './messenger.ts';
import { bring, Part } from './part.tsx';
import type { Uploads } from './parts/files.tsx';
import { t } from './texts.ts';

export interface ComposerProps {
  /** Gets hold of the composer, while it is there. */
  hold: { current: Composer | null };
  settings: Pick<WidgetSettings, 'attachments' | 'emoji'> & { workspace: string };
  messenger: Messenger;
  draft: Draft;
  gateway: string;
  /** What the visitor said in the form; goes with the message. */
  profile: Profile | undefined;
}

interface ComposerState {
  /** Characters over the limit, or left when below zero. */
  over: number;
  empty: boolean;
  problem: string;
  emoji: boolean;
  /** Files that are uploaded and shown above the text, once there were any. */
  uploads: Uploads | undefined;
}

/** So many characters before the limit, the rest is counted. */
const COUNT_FROM = 500;
/** What may be an emoji in marks, or its name between colons, with the space after it. */
const CODE = /(?:^|\s)[:;=<>\\8BxXO-]\S{1,14} $/;

export class Composer extends Component<ComposerProps, ComposerState> {
  field = createRef<HTMLTextAreaElement>();
  smile = createRef<HTMLButtonElement>();
  /** Where the keyboard was when the emoji were opened. */
  from: { current: HTMLElement | null } = this.smile;
  picker = createRef<HTMLInputElement>();
  /** Taken out of the field by Enter, and not stored yet: still part of the draft. */
  unsaved: string[] = [];
  override state: ComposerState = { over: -TEXT_MAX, empty: true, problem: '', emoji: false, uploads: undefined };

  override componentDidMount(): void {
    this.props.hold.current = this;
    this.put(this.props.draft.get());
  }

  override componentWillUnmount(): void {
    this.props.hold.current = null;
    this.state.uploads?.stop();
  }

  focus(): void {
    this.field.current?.focus();
  }

  put(text: string): void {
    const box = this.field.current;
    if (box) box.value = text;
    this.changed();
  }

  /** Nothing stays of what was written here. */
  forget(): void {
    this.state.uploads?.stop();
    this.unsaved = [];
    this.put('');
  }

  /** Closes what is open over the composer. False: nothing is. */
  stepBack(): boolean {
    if (!this.state.emoji) return false;
    this.setState({ emoji: false }, () => this.from.current?.focus());
    return true;
  }

  changed = (): void => {
    const box = this.field.current;
    if (!box) return;
    this.keep(box);
    const text = cleanText(box.value);
    this.setState({ over: text.length - TEXT_MAX, empty: !text, problem: '' });
    // As high as its text; the stylesheet says where that ends. The frame stays as it is meanwhile, or the log above would jump.
    const frame = box.parentElement as HTMLElement;
    frame.style.minHeight = `${frame.offsetHeight}px`;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
    frame.style.minHeight = '';
  };

  keep(box: HTMLTextAreaElement): void {
    this.props.draft.set([...this.unsaved, box.value].filter(Boolean).join('\n'));
  }

  input = (): void => {
    this.changed();
    const box = this.field.current;
    // What people type for emoji becomes one when it is finished with a space.
    const typed = box?.value.slice(0, box.selectionEnd) ?? '';
    if (box && this.props.settings.emoji && CODE.test(typed)) void bring('emoji').then(({ putEmoji }) => putEmoji(box, typed, this.changed), () => {});
    this.props.messenger.typing(Boolean(this.field.current?.value.trim()));
  };

  key = (event: KeyboardEvent): void => {
    if (event.ctrlKey && event.shiftKey && /^e$/i.test(event.key) && this.props.settings.emoji) {
      event.preventDefault();
      this.from = this.field;
      this.setState({ emoji: true });
    }
    // An input method's Enter chooses a word (229: Safari ends composing before it tells).
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    void this.send();
  };

  toggleEmoji(): void {
    this.from = this.smile;
    this.setState({ emoji: !this.state.emoji });
  }

  /** Puts something where the cursor is. */
  insert = (text: string): void => {
    const box = this.field.current;
    if (!box) return;
    box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end');
    this.input();
  };

  choose(): void {
    const picker = this.picker.current;
    if (!picker) return;
    // The same file can be chosen again.
    picker.value = '';
    picker.click();
  }

  /** Files that were chosen, pasted or dropped. What is dropped here is for us; the browser would open it in the page's place. */
  take = (event: Event): void => {
    const { dataTransfer } = event as DragEvent;
    const from = dataTransfer ?? (event as ClipboardEvent).clipboardData ?? (event.currentTarget as HTMLInputElement);
    if (!this.props.settings.attachments || !(from.files?.length || dataTransfer?.types.includes('Files'))) return;
    event.preventDefault();
    event.stopPropagation();
    // Taken out at once: the browser empties the list when the event is over.
    const files = [...(from.files ?? [])];
    if (!files.length) return;
    // Needed once they are sent, which may be when nothing can be loaded.
    bring('attachments').catch(() => {});
    bring('files').then(({ addFiles }) => addFiles(this, files), () => this.setState({ problem: t('partFailed') }));
  };

  send = async (): Promise<void> => {
    const box = this.field.current;
    if (!box) return;
    const { messenger, profile, draft } = this.props;
    const { uploads } = this.state;
    const written = box.value;
    const text = cleanText(written);
    box.focus();
    // Nothing to send, or too much, which is counted below; or files that are still on their way.
    if (uploads?.isBusy() || text.length > TEXT_MAX || !(isVisible(text) || uploads?.ready().length)) return;
    const attachments = uploads?.take();
    this.unsaved.push(written);
    this.put('');
    this.setState({ emoji: false });
    messenger.typing(false);
    let problem = '';
    try {
      await messenger.send(text, { ...(attachments?.length ? { attachments } : {}), ...(profile ? { profile } : {}) });
      // What a form was told has gone with it. What is being written next is kept again below.
      draft.forget();
    } catch {
      problem = t('notKept');
      box.value = [written, box.value].filter(Boolean).join('\n');
      uploads?.giveBack(attachments ?? []);
    }
    this.unsaved.splice(this.unsaved.indexOf(written), 1);
    this.keep(box);
    if (!problem) return;
    this.changed();
    this.setState({ problem });
  };

  override render({ settings, messenger }: ComposerProps, { over, empty, problem, emoji, uploads }: ComposerState): JSX.Element {
    const hint = problem || (over > 0 ? t('over', { count: over }) : over > -COUNT_FROM ? t('left', { count: -over }) : '');
    const idle = uploads?.isBusy() || over > 0 || (empty && !uploads?.ready().length);
    return (
      <div class="composer" onPaste={this.take}>
        {uploads && <Part name="files" with={{ uploads }} />}
        {emoji && <Part name="emoji" with={{ session: messenger.session, onPick: this.insert }} />}
        <div class="field">
          <textarea
            ref={this.field} rows={1} dir="auto" aria-label={t('compose')} placeholder={t('placeholder')} enterkeyhint="send"
            aria-describedby="hint" aria-invalid={over > 0 || Boolean(problem)} onInput={this.input} onKeyDown={this.key}
          />
          {settings.emoji && (
            <button class="tool" ref={this.smile} aria-label={t('emoji')} aria-expanded={emoji} onClick={() => this.toggleEmoji()}>
              <Icon name="smile" />
            </button>
          )}
          {settings.attachments && (
            <button class="tool" aria-label={t('attach')} onClick={() => this.choose()}>
              <Icon name="attach" />
            </button>
          )}
          <button class="send" aria-label={t('send')} aria-disabled={idle} onClick={() => void this.send()}>
            <Icon name="send" />
          </button>
        </div>
        {settings.attachments && <input ref={this.picker} type="file" multiple hidden onChange={this.take} />}
        <p class={`hint ${problem || over > 0 ? 'bad' : ''}`} id="hint" role="status">{hint}</p>
      </div>
    );
  }
}
