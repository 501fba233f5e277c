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
          const common = { key: file.id, href: address, target: '_blank', rel: 'noopener noreferrer' };
          return PICTURE.test(file.type)
            ? <a {...common} class="picture"><img src={address} alt={t('showImage', { name: file.name })} loading="lazy" {...fitted(file)} /></a>
            : <a {...common} class="file" title={t('download', { name: file.name })}><Icon name="attach" /><span class="file-name">{file.name} </span><span class="file-size">{sizeText(file.size)}</span></a>;
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
