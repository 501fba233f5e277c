/** Should drawing fail, the person is told and can try again; what they wrote is in the draft and the outbox. */
import { Component, type ComponentChildren } from 'preact';
import { t } from './texts.ts';

export class ErrorBoundary extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    this.setState({ failed: true });
    // The site owner's error reports should know.
    reportError(error);
  }

  override render(): ComponentChildren {
    if (!this.state.failed) return this.props.children;
    return (
      <div class="broken" role="alert">
        <p>{t('broken')}</p>
        <button type="button" class="plain" onClick={() => this.setState({ failed: false })}>
          {t('again')}
        </button>
      </div>
    );
  }
}
