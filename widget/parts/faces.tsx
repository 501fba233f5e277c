/** The people of the team, as the site shows them. */
import type { WidgetSettings } from '../../shared/settings.ts';
import { adopt, Component } from '../kit.ts';
import css from './faces.css';

interface FacesProps {
  faces: WidgetSettings['faces'];
}

export default class Faces extends Component<FacesProps> {
  override componentDidMount(): void {
    adopt(css);
  }

  override render({ faces }: FacesProps) {
    return <>{faces.map(({ name, picture }) => <span class="face" key={name}>{picture ? <img src={picture} alt="" /> : Array.from(name)[0]?.toUpperCase()}</span>)}</>;
  }
}
