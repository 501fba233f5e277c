/** The people of the team, as the site shows them. */
import type { WidgetSettings } from '../../shared/settings.ts';
import { adopt, attempt, Component } from '../kit.ts';
import css from './faces.css';

interface FacesProps {
  faces: WidgetSettings['faces'];
}

export default class Faces extends Component<FacesProps> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ faces }: FacesProps) {
    return <>{faces.map(({ name, picture }) => <span class="face" key={name}>{isPicture(picture) ? <img src={picture} alt="" /> : Array.from(name)[0]?.toUpperCase()}</span>)}</>;
  }
}

/** Whether it is an address of a picture: on the web, on the page's own site, or written out. A page's option may say anything. */
function isPicture(address: string): boolean {
  return Boolean(address) && /^(https?:|data:image\/)/.test(attempt(() => new URL(address, document.baseURI).href) ?? '');
}
