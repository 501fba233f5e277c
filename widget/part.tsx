/** Parts of the panel that are loaded when they are first needed, with the words they say; and their styles. */
import { Component, createElement, type ComponentType, type JSX } from 'preact';
import { beside } from './beside.ts';
import { speakMore, t } from './texts.ts';

/** Modules in parts/. Those that are shown have a component as their default. */
interface Parts {
  alerts: typeof import('./parts/alerts.tsx');
  attachments: typeof import('./parts/attachments.tsx');
  availability: typeof import('./parts/availability.tsx');
  broken: typeof import('./parts/broken.tsx');
  consent: typeof import('./parts/consent.tsx');
  conversations: typeof import('./parts/conversations.tsx');
  earlier: typeof import('./parts/earlier.tsx');
  emoji: typeof import('./parts/emoji.tsx');
  faces: typeof import('./parts/faces.tsx');
  failed: typeof import('./parts/failed.tsx');
  files: typeof import('./parts/files.tsx');
  form: typeof import('./parts/form.tsx');
  format: typeof import('./parts/format.tsx');
  frame: typeof import('./parts/frame.tsx');
  look: typeof import('./parts/look.tsx');
  mark: typeof import('./parts/mark.tsx');
  menu: typeof import('./parts/menu.tsx');
  newest: typeof import('./parts/newest.tsx');
  page: typeof import('./parts/page.tsx');
  rating: typeof import('./parts/rating.tsx');
  typing: typeof import('./parts/typing.tsx');
}

/** Parts that say nothing, or only what the panel itself has the words for. */
const WORDLESS = /^(broken|consent|earlier|faces|failed|format|look|mark|newest|typing)$/;

/** The module of a part, with its words. */
export async function bring<N extends keyof Parts>(name: N): Promise<Parts[N]> {
  const [part] = await Promise.all([beside<Parts[N]>(`./parts/${name}.tsx`), WORDLESS.test(name) || speakMore()]);
  return part;
}

/** Makes something of a part once it is here, and does something with it now and later: nothing while the part cannot be had. */
export function once<N extends keyof Parts, M>(name: N, make: (part: Parts[N]) => M): (use: (made: M) => void) => void {
  let made: Promise<M> | undefined;
  return (use) => {
    made ??= bring(name).then(make);
    made.then(use, () => {
      made = undefined;
    });
  };
}

type PropsOf<N extends keyof Parts> = (Parts[N] extends { default: new (props: infer P) => unknown } ? P : never) & Record<string, unknown>;

/** Shows a part as soon as it is here: `<Part name="emoji" with={…} />`, and `meanwhile` until then. When it cannot be had it says so and offers to try again, unless there is something to show instead. */
export class Part<N extends keyof Parts> extends Component<{ name: N; with: PropsOf<N>; meanwhile?: JSX.Element | string }, { Loaded?: ComponentType<PropsOf<N>>; failed?: boolean }> {
  override componentDidMount(): void {
    this.load();
  }

  /** What is done without meanwhile is tried again by and by. */
  override componentDidUpdate(before: { with: unknown }): void {
    const { with: props, meanwhile } = this.props;
    if (this.state.failed && meanwhile !== undefined && before.with !== props) this.load();
  }

  load = (): void => {
    this.setState({ failed: false });
    bring(this.props.name).then(
      (part) => this.setState({ Loaded: (part as unknown as { default: ComponentType<PropsOf<N>> }).default }),
      () => this.setState({ failed: true }),
    );
  };

  override render(): JSX.Element | string | undefined {
    const { Loaded, failed } = this.state;
    const { with: props, meanwhile } = this.props;
    if (Loaded) return createElement(Loaded, props);
    return failed && meanwhile === undefined ? (
      <p class="part-failed" role="alert">
        {t('partFailed')} <button type="button" class="plain" onClick={this.load}>{t('retry')}</button>
      </p>
    ) : meanwhile;
  }
}

let home: ShadowRoot | undefined;

/** The shadow root that styles go to from now on. */
export function settle(root: ShadowRoot): void {
  home = root;
}

const sheets: Record<string, CSSStyleSheet> = {};

/** Puts a stylesheet into the panel's shadow root, once. */
export function adopt(css: string): void {
  if (!sheets[css]) (sheets[css] = new CSSStyleSheet()).replaceSync(css);
  drop(css);
  home?.adoptedStyleSheets.push(sheets[css]);
}

/** Takes it out again. */
export function drop(css: string): void {
  if (home) home.adoptedStyleSheets = home.adoptedStyleSheets.filter((sheet) => sheet !== sheets[css]);
}
