/** Files on their way: chosen, dropped or pasted, uploaded at once, and sent with the next message. */
import { ATTACHMENTS_MAX, FILE_MAX_BYTES } from '../../shared/limits.ts';
import type { Attachment } from '../../shared/protocol.ts';
import type { Composer } from '../composer.tsx';
import { adopt, Component, Icon, locale, newName, t } from '../kit.ts';
import type { Messenger } from '../messenger.ts';
import css from './files.css';
import { sizeText } from './sizes.ts';

export interface UploadsOptions {
  /** `https://chat.example/files/shop` */
  address: string;
  messenger: Pick<Messenger, 'connection' | 'session'>;
  onChange(): void;
}

/** One file: on its way (`sent` from 0 to 1), there (`file`), or not (`problem`, and whether trying again could help, or it `waits` for the connection). */
interface Item { key: string; source: File; sent: number; file?: Attachment; problem?: string; again?: boolean; waits?: boolean; request?: XMLHttpRequest }

export interface Uploads {
  items(): readonly Item[];
  /** What was wrong with what was added last, as a whole. */
  problem(): string;
  add(files: readonly File[]): void;
  retry(key: string): void;
  /** The connection may be there: those that wait for it go. */
  resume(): void;
  /** Takes one out, whatever has become of it. */
  remove(key: string): void;
  isBusy(): boolean;
  ready(): Attachment[];
  /** Those that are ready, which are then the message's. */
  take(): Attachment[];
  /** The message could not be kept. */
  giveBack(files: readonly Attachment[]): void;
  stop(): void;
}

export function createUploads({ address, messenger: { connection, session: { token } }, onChange }: UploadsOptions): Uploads {
  let items: Item[] = [];
  let problem = '';

  function isOnline(): boolean {
    return connection.state.name === 'online' && Boolean(token());
  }

  function upload(item: Item): void {
    const problemOfFile = problemOf(item.source);
    if (problemOfFile) {
      item.problem = problemOfFile;
      return;
    }
    item.waits = !isOnline();
    if (item.waits) {
      item.problem = t('filesOffline');
      return;
    }
    const request = new XMLHttpRequest();
    Object.assign(item, { request, sent: 0, problem: undefined, again: false });
    request.open('POST', `${address}?name=${encodeURIComponent(item.source.name)}`);
    request.setRequestHeader('authorization', `Bearer ${token()}`);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => {
      item.sent = loaded / total;
      onChange();
    };
    request.onloadend = () => {
      const { file, error } = (request.response ?? {}) as { file?: Attachment; error?: { code: string } };
      if (request.status === 201 && file) item.file = file;
      else Object.assign(item, refusal(error?.code));
      delete item.request;
      onChange();
    };
    request.send(item.source);
  }

  function forget({ request, file }: Item): void {
    if (request) request.onloadend = null;
    request?.abort();
    // Nobody will send it: it need not wait for being cleared away.
    if (file) void fetch(`${address}/${file.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token()}` } }).catch(() => {});
  }

  return {
    items: () => items,
    problem: () => problem,
    add(files) {
      const room = ATTACHMENTS_MAX - items.length;
      problem = files.length > room ? t('filesMany', { count: ATTACHMENTS_MAX }) : '';
      for (const source of files.slice(0, room)) {
        const item: Item = { key: newName(), source, sent: 0 };
        items = [...items, item];
        upload(item);
      }
      onChange();
    },
    retry(key) {
      const item = items.find((one) => one.key === key);
      if (item) upload(item);
      onChange();
    },
    resume() {
      const waiting = items.filter(({ waits }) => waits);
      if (!isOnline() || !waiting.length) return;
      waiting.forEach(upload);
      onChange();
    },
    remove(key) {
      for (const item of items) if (item.key === key) forget(item);
      items = items.filter((item) => item.key !== key);
      problem = '';
      onChange();
    },
    // While the very first connection is made, what waits for it is as good as on its way.
    isBusy: () => items.some(({ request, waits }) => request || (waits && /idle|connecting/.test(connection.state.name))),
    ready: () => items.flatMap(({ file }) => file ?? []),
    take() {
      const files = items.flatMap(({ file }) => file ?? []);
      items = items.filter(({ file }) => !file);
      problem = '';
      onChange();
      return files;
    },
    giveBack(files) {
      items = [...files.map((file): Item => ({ key: file.id, source: new File([], file.name), sent: 1, file })), ...items];
      onChange();
    },
    stop() {
      for (const item of items) forget(item);
      items = [];
    },
  };
}

/** What is wrong with a file before it goes anywhere. */
function problemOf({ size }: File): string | undefined {
  if (size === 0) return t('fileEmpty');
  return size > FILE_MAX_BYTES ? t('fileLarge', { size: sizeText(FILE_MAX_BYTES) }) : undefined;
}

function refusal(code: string | undefined): Pick<Item, 'problem' | 'again'> {
  if (code === 'file_too_large') return { problem: t('fileLarge', { size: sizeText(FILE_MAX_BYTES) }), again: false };
  if (code === 'file_type_not_allowed') return { problem: t('fileKind'), again: false };
  return { problem: t('uploadFailed'), again: true };
}

/** Puts files into the composer, which shows them above the text from then on. */
export function addFiles(composer: Composer, files: readonly File[]): void {
  const { messenger, gateway, settings } = composer.props;
  const uploads = composer.state.uploads ?? createUploads({ address: `${gateway}/files/${settings.workspace}`, messenger, onChange: () => composer.forceUpdate() });
  composer.setState({ uploads });
  uploads.add(files);
}

export default class Files extends Component<{ uploads: Uploads }> {
  override componentDidMount(): void {
    adopt(css);
    this.props.uploads.resume();
  }

  /** The panel is drawn again when the connection has changed. */
  override componentDidUpdate(): void {
    this.props.uploads.resume();
  }

  override render({ uploads }: { uploads: Uploads }) {
    return (
      <div class="files">
        <ul>
          {uploads.items().map((item) => (
            <li key={item.key} class={item.problem ? 'bad' : ''}>
              <Icon name="attach" />
              <span class="file-name" dir="auto">{item.source.name}</span>
              <span class="file-state" role="status">
                {item.problem ?? (item.file ? t('uploaded') : t('uploading', { percent: item.sent.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 0 }) }))}
                {item.again && <button type="button" class="plain" onClick={() => uploads.retry(item.key)}>{t('retry')}</button>}
              </span>
              <button type="button" class="small" aria-label={t('remove', { name: item.source.name })} onClick={() => uploads.remove(item.key)}>
                <svg viewBox="0 0 28 28"><path d="M8 8l12 12M20 8L8 20" /></svg>
              </button>
              {item.request && <progress max={1} value={item.sent} aria-label={item.source.name} />}
            </li>
          ))}
        </ul>
        <p class="hint bad" role="alert">{uploads.problem()}</p>
      </div>
    );
  }
}
