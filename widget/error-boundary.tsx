/** Should drawing fail, the person is told and can try again; what they wrote is in the draft and the outbox. */
import { Component, type ComponentChildren } from 'preact';
import { Part } from './part.tsx';

export class ErrorBoundary extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    this.setState({ failed: true });
    // The site owner's error reports should know.
    reportError(error);
  }

  override render(): ComponentChildren {
    return this.state.failed ? <Part name="broken" with={{ onAgain: () => this.setState({ failed: false }) }} /> : this.props.children;
  }
}
