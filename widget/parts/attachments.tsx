/** The files of a message: pictures to look at, everything else to take along. */
import type { Attachment } from '../../shared/protocol.ts';
import { adopt, Component, Icon, t } from '../kit.ts';
import { sizeText } from './sizes.ts';
import css from './attachments.css';

interface AttachmentsProps {
  attachments: readonly Attachment[];
  /** `https://chat.example/files/shop` */
  files: string;
}

/** What every browser shows. */
const PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/;
/** The room that a picture gets, in pixels. */
const WIDEST = 260;
const HIGHEST = 220;

export default class Attachments extends Component<AttachmentsProps> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ attachments, files }: AttachmentsProps) {
    return (
      <div class="attachments">
        {attachments.map((file) => {
          const address = `${files}/${file.id}/${encodeURIComponent(file.name)}`;
          const link = { href: address, target: '_blank', rel: 'noopener noreferrer' };
          if (PICTURE.test(file.type)) {
            return (
              <a key={file.id} class="picture" {...link} aria-label={t('showImage', { name: file.name })}>
                <img src={address} alt="" loading="lazy" {...fitted(file)} />
              </a>
            );
          }
          return (
            <div key={file.id} class="file">
              <Icon name="attach" />
              <a {...link} aria-label={t('download', { name: file.name })}>{file.name}</a>
              <span class="file-size">{sizeText(file.size)}</span>
            </div>
          );
        })}
      </div>
    );
  }
}

/** The room a picture will take, so that nothing moves when it is there. */
function fitted({ width, height }: Attachment): { width?: number; height?: number } {
  if (!width || !height) return {};
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
