/** The files of a message: pictures to look at, everything else to save. */
import { filePath, fileSize, isPicture } from '../shared/files.ts';
import type { Attachment } from '../shared/protocol.ts';
import { useDesk } from './desk.ts';
import { Icon } from './icons.tsx';
import { texts } from './texts.ts';

const t = texts.files;
/** What a picture takes up in the log at most; its place is there before it is. */
const BOX = { width: 320, height: 240 };

export function Attachments({ files }: { files: readonly Attachment[] }) {
  const { workspace } = useDesk();
  return (
    <ul class="attachments" aria-label={t.label(files.length)}>
      {files.map((file) => <li key={file.id}>{isPicture(file) ? <Picture file={file} href={filePath(workspace.id, file)} /> : <Chip file={file} href={filePath(workspace.id, file)} />}</li>)}
    </ul>
  );
}

function Picture({ file, href }: { file: Attachment; href: string }) {
  const scale = file.width && file.height ? Math.min(1, BOX.width / file.width, BOX.height / file.height) : 0;
  const size = scale > 0 ? { width: Math.max(1, Math.round((file.width ?? 0) * scale)), height: Math.max(1, Math.round((file.height ?? 0) * scale)) } : {};
  return (
    <a class="attachment-picture" href={href} target="_blank" rel="noopener noreferrer" title={`${file.name} (${fileSize(file.size)})`}>
      <img src={href} alt={t.picture(file.name)} loading="lazy" decoding="async" {...size} />
      <span class="visually-hidden"> ({texts.conversation.openLink})</span>
    </a>
  );
}

function Chip({ file, href }: { file: Attachment; href: string }) {
  return (
    <a class="file-chip" href={href} download={file.name}>
      <Icon name="file" /><span class="file-words"><bdi class="file-name">{file.name}</bdi><span class="file-size"> {fileSize(file.size)}<span class="visually-hidden">, {t.save}</span></span></span>
    </a>
  );
}
