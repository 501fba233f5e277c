/** Files that wait to go with a reply: how far they are, what went wrong, and what can be done about it (rule D7). */
import { useEffect, useRef } from 'preact/hooks';
import { fileSize } from '../shared/files.ts';
import { useDesk } from './desk.ts';
import { Icon } from './icons.tsx';
import { announce } from './notices.ts';
import { texts } from './texts.ts';
import type { Upload } from './uploads.ts';

const t = texts.files;

/** `onRemove`: one was taken away, and with it the button that had the focus. */
export function UploadList({ uploads, onRemove }: { uploads: readonly Upload[]; onRemove(): void }) {
  useSpokenStates(uploads);
  return (
    <ul class="uploads" aria-label={t.waiting}>
      {uploads.map((upload) => <UploadItem upload={upload} onRemove={onRemove} key={upload.key} />)}
    </ul>
  );
}

function UploadItem({ upload: { key, name, size, state }, onRemove }: { upload: Upload; onRemove(): void }) {
  const { uploads } = useDesk();
  function remove(): void {
    uploads.remove(key);
    announce(t.removed(name));
    onRemove();
  }
  return (
    <li class="upload" data-state={state.at}>
      <Icon name={state.at === 'failed' ? 'warning' : 'file'} />
      <span class="file-words">
        <bdi class="file-name" title={name}>{name}</bdi>
        {state.at === 'failed' ? <span class="file-problem">{reasonOf(state)}</span> : <span class="file-size">{fileSize(size)}</span>}
        {state.at === 'uploading' ? <progress value={state.progress} max={1} aria-label={t.progress(name)} /> : null}
      </span>
      {state.at === 'failed' && state.again ? <button type="button" class="link-button" aria-label={t.retryFile(name)} onClick={() => uploads.retry(key)}>{texts.tryAgain}</button> : null}
      <button type="button" class="icon-button" aria-label={state.at === 'uploading' ? t.cancelFile(name) : t.removeFile(name)} onClick={remove}><Icon name="close" size={16} /></button>
    </li>
  );
}

function reasonOf({ reason }: Extract<Upload['state'], { at: 'failed' }>): string {
  if (reason === 'empty') return t.empty;
  if (reason === 'unreachable') return t.unreachable;
  return t.problems[reason.code] ?? reason.message;
}

/** Says when a file is ready or failed; the bar is for those who look. */
function useSpokenStates(uploads: readonly Upload[]): void {
  const before = useRef(new Map<number, string>());
  useEffect(() => {
    for (const { key, name, state } of uploads) {
      if (before.current.get(key) === state.at) continue;
      if (state.at === 'ready') announce(t.ready(name));
      if (state.at === 'failed') announce(t.failed(name, reasonOf(state)));
    }
    before.current = new Map(uploads.map(({ key, state }) => [key, state.at]));
  }, [uploads]);
}
