/**
 * A reply while it streams. Keeps also what has no finished part yet, so that a reply that fails or is
 * cancelled is journaled with all that was received and paid for.
 */
import type { MessagePart } from '../../../events/message-part.ts';

export class Reply {
  private readonly finished: MessagePart[] = [];
  private open: { type: 'text' | 'reasoning'; text: string } | undefined;

  addDelta(type: 'text' | 'reasoning', text: string): void {
    if (this.open?.type !== type) {
      this.closeOpen();
      this.open = { type, text: '' };
    }
    this.open.text += text;
  }

  addPart(part: MessagePart): void {
    if (part.type === this.open?.type) this.open = undefined;
    this.finished.push(part);
  }

  parts(): readonly MessagePart[] {
    return this.open === undefined ? this.finished : [...this.finished, { ...this.open }];
  }

  private closeOpen(): void {
    if (this.open !== undefined) this.finished.push(this.open);
    this.open = undefined;
  }
}
