/** Parts of the panel that are loaded when they are first needed, with the words they say; and their styles. */
import { Component, createElement, type ComponentType, type JSX } from 'preact';
import { beside } from './beside.ts';
import type * as alerts from './parts/alerts.tsx';
import type * as attachments from './parts/attachments.tsx';
import type * as availability from './parts/availability.tsx';
import type * as broken from './parts/broken.tsx';
import type * as consent from './parts/consent.tsx';
import type * as conversations from './parts/conversations.tsx';
import type * as earlier from './parts/earlier.tsx';
import type * as emoji from './parts/emoji.tsx';
import type * as faces from './parts/faces.tsx';
import type * as failed from './parts/failed.tsx';
import type * as files from './parts/files.tsx';
import type * as form from './parts/form.tsx';
import type * as format from './parts/format.tsx';
import type * as frame from './parts/frame.tsx';
import type * as look from './parts/look.tsx';
import type * as mark from './parts/mark.tsx';
import type * as menu from './parts/menu.tsx';
import type * as newest from './parts/newest.tsx';
import type * as page from './parts/page.tsx';
import type * as rating from './parts/rating.tsx';
import type * as typing from './parts/typing.tsx';
import { speakMore, t } from './texts.ts';

/** Modules in parts/. Those that are shown have a component as their default. */
interface Parts {
  alerts: typeof alerts;
  attachments: typeof attachments;
  availability: typeof availability;
  broken: typeof broken;
  consent: typeof consent;
  conversations: typeof conversations;
  earlier: typeof earlier;
  emoji: typeof emoji;
  faces: typeof faces;
  failed: typeof failed;
  files: typeof files;
  form: typeof form;
  format: typeof format;
  frame: typeof frame;
  look: typeof look;
  mark: typeof mark;
  menu: typeof menu;
  newest: typeof newest;
  page: typeof page;
  rating: typeof rating;
  typing: typeof typing;
}

/** Parts that say nothing, or only what the panel itself has the words for. */
const WORDLESS = /^(faces|format|look|page|typing)$/;

/** The module of a part, with its words. */
export async function bring<N extends keyof Parts>(name: N): Promise<Parts[N]> {
  const [part] = await Promise.all([beside<Parts[N]>(`./parts/${name}.tsx`), WORDLESS.test(name) || speakMore()]);
  return part;
}

/** Makes something of a part once it is here, and does something with it now and later; while the part cannot be had, what is said for that, or nothing. */
export function once<N extends keyof Parts, M>(name: N, make: (part: Parts[N]) => M): (use: (made: M) => void, failed?: (error: unknown) => void) => void {
  let made: Promise<M> | undefined;
  return (use, failed) => {
    (made ??= bring(name).then(make)).then(use, (error) => {
      made = undefined;
      failed?.(error);
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
        {t('partFailed')} <button class="plain" onClick={this.load}>{t('retry')}</button>
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
