/** Where the visitor writes. What stands here is never lost: it is a draft until the outbox has it. */
import { Component, type JSX, type RefObject } from 'preact';
import { TEXT_MAX } from '../shared/limits.ts';
import { cleanText, textProblem } from '../shared/text.ts';
import type { Draft } from './draft.ts';
import { Icon } from './icons.tsx';
import type { Messenger } from './messenger.ts';
import { panelTexts as texts } from './texts.ts';

export interface ComposerProps {
  /** Gets hold of the field, so that opening the panel can put the keyboard there. */
  field: RefObject<HTMLTextAreaElement | null>;
  draft: Draft;
  messenger: Pick<Messenger, 'send' | 'typing'>;
}

interface ComposerState {
  /** Characters over the limit, or left when below zero. */
  over: number;
  empty: boolean;
  problem: string;
}

/** So many characters before the limit, the rest is counted. */
const COUNT_FROM = 500;

export class Composer extends Component<ComposerProps, ComposerState> {
  /** Taken out of the field by Enter, and not stored yet: still part of the draft. */
  unsaved: string[] = [];
  override state: ComposerState = { over: -TEXT_MAX, empty: true, problem: '' };

  override componentDidMount(): void {
    this.put(this.props.draft.get());
  }

  put(text: string): void {
    const box = this.props.field.current;
    if (box) box.value = text;
    this.changed();
  }

  changed = (): void => {
    const box = this.props.field.current;
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
    this.props.messenger.typing(Boolean(this.props.field.current?.value.trim()));
  };

  key = (event: KeyboardEvent): void => {
    // An input method's Enter chooses a word (229: Safari ends composing before it tells).
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    void this.send();
  };

  send = async (): Promise<void> => {
    const box = this.props.field.current;
    if (!box) return;
    const written = box.value;
    const text = cleanText(written);
    box.focus();
    // Nothing to send, or too much, which is counted below.
    if (textProblem(text)) return;
    this.unsaved.push(written);
    this.put('');
    this.props.messenger.typing(false);
    let problem = '';
    try {
      await this.props.messenger.send(text);
    } catch {
      problem = texts.notKept;
      box.value = [written, box.value].filter(Boolean).join('\n');
    }
    this.unsaved.splice(this.unsaved.indexOf(written), 1);
    this.keep(box);
    if (!problem) return;
    this.changed();
    this.setState({ problem });
  };

  override render(_: ComposerProps, { over, empty, problem }: ComposerState): JSX.Element {
    const hint = problem || (over > 0 ? texts.over(over) : over > -COUNT_FROM ? texts.left(-over) : '');
    return (
      <div class="composer">
        <div class="field">
          <textarea
            ref={this.props.field} rows={1} dir="auto" aria-label={texts.compose} placeholder={texts.placeholder} enterkeyhint="send"
            aria-describedby="hint" aria-invalid={over > 0 || Boolean(problem)} onInput={this.input} onKeyDown={this.key}
          />
          <button type="button" class="send" aria-label={texts.send} aria-disabled={empty || over > 0} onClick={() => void this.send()}>
            <Icon name="send" />
          </button>
        </div>
        <p class={`hint ${problem || over > 0 ? 'bad' : ''}`} id="hint" role="status">{hint}</p>
      </div>
    );
  }
}
