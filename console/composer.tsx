/**
 * Where an agent writes. Reply and note are two places with a draft each, and look unlike each other, so that nobody sends a note to a visitor.
 * What could not be stored comes back into the field.
 */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { ATTACHMENTS_MAX, TEXT_MAX } from '../shared/limits.ts';
import type { ListedConversation } from '../shared/protocol.ts';
import { cleanText, textProblem } from '../shared/text.ts';
import { useDesk } from './desk.ts';
import type { Mode } from './drafts.ts';
import { Icon } from './icons.tsx';
import { notify } from './notices.ts';
import { texts } from './texts.ts';
import { UploadList } from './upload-list.tsx';
import type { Upload, Uploads } from './uploads.ts';

const t = texts.composer;
const MODES: readonly Mode[] = ['reply', 'note'];
/** The counter shows from here on. */
const NEAR_LIMIT = TEXT_MAX - 500;

export function Composer({ conversation, id, name, mode }: { conversation: ListedConversation | undefined; id: string; name: string; mode: Signal<Mode> }) {
  const { drafts, sending, typing, connection, uploads } = useDesk();
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const error = useSignal('');
  const base = useId();
  const now = mode.value;
  const text = drafts.get(id, now);
  const length = cleanText(text).length;
  const files = now === 'reply' ? uploads.all.value.filter((upload) => upload.conversationId === id) : [];
  const problem = problemOf(text, files);

  useLayoutEffect(() => fit(field.current), [text, now]);
  useEffect(() => () => typing.stopped(id), [id, typing]);
  useEffect(() => { error.value = ''; }, [now]);

  function change(value: string): void {
    error.value = '';
    drafts.set(id, now, value);
    if (now === 'reply') typing.typed(id, value);
  }

  /** Sends what stands there now, and leaves an empty field at once: whoever types on at full speed loses nothing and sends nothing twice. */
  async function send(): Promise<void> {
    const clean = cleanText(drafts.get(id, now));
    const going = now === 'reply' ? uploads.all.peek().filter((upload) => upload.conversationId === id) : [];
    const wrong = problemOf(clean, going);
    if (wrong === 'text_empty') return field.current?.focus();
    if (wrong) {
      error.value = wrong === 'text_too_long' ? t.over(clean.length - TEXT_MAX) : PROBLEMS[wrong];
      return;
    }
    error.value = '';
    const attachments = going.flatMap(({ state }) => (state.at === 'ready' ? [state.attachment] : []));
    const stored = sending.send({ mode: now, conversationId: id, text: clean, ...(attachments.length > 0 ? { attachments } : {}) });
    if (attachments.length > 0) uploads.take(id);
    drafts.set(id, now, '');
    if (field.current) field.current.value = '';
    if (now === 'reply') typing.stopped(id);
    field.current?.focus();
    try {
      await stored;
    } catch {
      const since = drafts.get(id, now);
      drafts.set(id, now, since && clean ? `${clean}\n${since}` : since || clean);
      uploads.restore(id, attachments);
      error.value = t.notStored;
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While an input method composes, Enter chooses a word; 229 is how some browsers say so.
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      void send();
    }
    if (event.key === 'Escape') {
      event.stopPropagation();
      field.current?.blur();
    }
  }

  /** Pictures out of the clipboard, files out of a file manager. Text stays the field's own affair. */
  function onPaste(event: ClipboardEvent): void {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length === 0 || event.clipboardData?.getData('text/plain')) return;
    event.preventDefault();
    attachFiles(uploads, id, now, pasted);
  }

  function onPick(input: HTMLInputElement): void {
    attachFiles(uploads, id, now, [...(input.files ?? [])]);
    // So that the same file can be picked again.
    input.value = '';
    field.current?.focus();
  }

  function choose(next: Mode): void {
    mode.value = next;
    field.current?.focus();
  }

  function onTabKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    mode.value = now === 'reply' ? 'note' : 'reply';
    document.getElementById(`${base}${mode.value}`)?.focus();
  }

  const offline = connection.state.value.at !== 'online';
  return (
    <form class="composer" data-mode={now} onSubmit={(event) => { event.preventDefault(); void send(); }} aria-label={now === 'note' ? t.noteLabel : t.replyLabel(name)}>
      {conversation?.status === 'closed' && now === 'reply' ? <p class="composer-closed"><Icon name="closed" size={16} /><span>{t.closed} {t.closedMore}</span></p> : null}
      <div class="composer-head">
        <div class="tabs" role="tablist" aria-label={t.modes}>
          {MODES.map((option) => (
            <button
              type="button" role="tab" id={`${base}${option}`} aria-selected={now === option} aria-controls={`${base}panel`} tabIndex={now === option ? 0 : -1}
              data-mode={option} onClick={() => choose(option)} onKeyDown={onTabKey} key={option}
            >
              <Icon name={option === 'note' ? 'lock' : 'reply'} size={16} />{option === 'note' ? t.note : t.reply}
            </button>
          ))}
        </div>
        {now === 'note' ? <p class="note-banner" id={`${base}banner`}>{t.noteBanner}</p> : null}
      </div>
      <div id={`${base}panel`} role="tabpanel" aria-labelledby={`${base}${now}`}>
        <textarea
          ref={field} rows={2} dir="auto" enterkeyhint="send" value={text} placeholder={now === 'note' ? t.notePlaceholder : t.replyPlaceholder(name)}
          aria-label={now === 'note' ? t.noteLabel : t.replyLabel(name)} aria-describedby={now === 'note' ? `${base}banner` : undefined} aria-invalid={error.value !== ''}
          onInput={(event) => change(event.currentTarget.value)} onKeyDown={onKeyDown} onPaste={onPaste} onBlur={() => typing.stopped(id)}
        />
      </div>
      {files.length > 0 ? <UploadList uploads={files} onRemove={() => field.current?.focus()} /> : null}
      <div class="composer-foot">
        {now === 'reply' ? (
          <>
            <input ref={picker} type="file" multiple hidden onChange={(event) => onPick(event.currentTarget)} />
            <button type="button" class="icon-button" aria-label={texts.files.attach} title={texts.files.attach} onClick={() => picker.current?.click()}><Icon name="attach" /></button>
          </>
        ) : null}
        <p class="composer-hint" role="status">
          {error.value ? <span class="bad">{error.value}</span> : problem === 'text_too_long' ? <span class="bad">{t.over(length - TEXT_MAX)}</span>
            : length > NEAR_LIMIT ? t.left(TEXT_MAX - length) : offline ? t.offline : <span class="for-keys">{t.hint}</span>}
        </p>
        <button type="submit" class={now === 'note' ? 'button note-button' : 'button primary'} aria-disabled={problem !== null}>
          {now === 'note' ? t.addNote : t.send}<Icon name={now === 'note' ? 'note' : 'send'} size={16} />
        </button>
      </div>
    </form>
  );
}

const PROBLEMS = { text_invalid: t.invalid, still_uploading: texts.files.stillUploading, some_failed: texts.files.someFailed };

/** Why this cannot be sent now, or null. Files make up for text. */
function problemOf(text: string, files: readonly Upload[]): 'text_empty' | 'text_too_long' | keyof typeof PROBLEMS | null {
  const problem = textProblem(cleanText(text));
  if (problem && (problem !== 'text_empty' || files.length === 0)) return problem;
  if (files.some(({ state }) => state.at === 'failed')) return 'some_failed';
  return files.some(({ state }) => state.at === 'uploading') ? 'still_uploading' : null;
}

/** Takes files into the reply; says so where that cannot be. */
export function attachFiles(uploads: Uploads, conversationId: string, mode: Mode, files: readonly File[]): void {
  if (mode === 'note') return notify(texts.files.notInNotes, { bad: true });
  if (uploads.add(conversationId, files) > 0) notify(texts.files.tooMany(ATTACHMENTS_MAX), { bad: true });
}

/** As high as the text, within what the stylesheet allows. */
function fit(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}
