/** Parts of the panel that are loaded when they are first shown, with the words they need; and their styles. */
import { Component, createElement, type ComponentType, type JSX } from 'preact';
import { beside } from './beside.ts';
import { speakMore, t } from './texts.ts';

/** Each part is a module of this name in parts/ whose default is a component. */
interface Parts {
  attachments: typeof import('./parts/attachments.tsx');
  availability: typeof import('./parts/availability.tsx');
  conversations: typeof import('./parts/conversations.tsx');
  emoji: typeof import('./parts/emoji.tsx');
  files: typeof import('./parts/files.tsx');
  form: typeof import('./parts/form.tsx');
  menu: typeof import('./parts/menu.tsx');
  rating: typeof import('./parts/rating.tsx');
}

/** The module of a part, with its words. */
export async function bring<N extends keyof Parts>(name: N): Promise<Parts[N]> {
  const [part] = await Promise.all([beside<Parts[N]>(`./parts/${name}.tsx`), speakMore()]);
  return part;
}

type PropsOf<N extends keyof Parts> = (Parts[N]['default'] extends new (props: infer P) => unknown ? P : never) & Record<string, unknown>;

/** Shows a part as soon as it is here: `<Part name="emoji" with={…} />`. When it cannot be had it says so and offers to try again, but `silent` ones don't. */
export class Part<N extends keyof Parts> extends Component<{ name: N; with: PropsOf<N>; silent?: boolean }, { Loaded?: ComponentType<PropsOf<N>>; failed?: boolean }> {
  gone = false;

  override componentDidMount(): void {
    this.load();
  }

  override componentWillUnmount(): void {
    this.gone = true;
  }

  load = (): void => {
    this.setState({ failed: false });
    bring(this.props.name).then(
      (part) => this.gone || this.setState({ Loaded: part.default as unknown as ComponentType<PropsOf<N>> }),
      () => this.gone || this.setState({ failed: true }),
    );
  };

  override render(): JSX.Element | null {
    const { Loaded, failed } = this.state;
    if (Loaded) return createElement(Loaded, this.props.with);
    return failed && !this.props.silent ? (
      <p class="part-failed" role="alert">
        {t('partFailed')} <button type="button" class="plain" onClick={this.load}>{t('retry')}</button>
      </p>
    ) : null;
  }
}

let home: ShadowRoot | undefined;
const sheets = new Map<string, CSSStyleSheet>();

/** The shadow root that styles go to from now on. */
export function settle(root: ShadowRoot): void {
  home = root;
}

/** Puts a stylesheet into the panel's shadow root, once. */
export function adopt(css: string): void {
  let sheet = sheets.get(css);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    sheets.set(css, sheet);
  }
  if (home && !home.adoptedStyleSheets.includes(sheet)) home.adoptedStyleSheets = [...home.adoptedStyleSheets, sheet];
}
