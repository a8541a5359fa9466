/**
 * Sends progress to the server now and then. What could not be sent is sent with the next change, so that a short
 * interruption costs nothing; only the newest place matters.
 */

const EVERY_MS = 5_000;

export class ProgressSaver {
  private pending: number | null = null;
  private sent: number | null;
  private sentAt: number;
  private readonly save: (progress: number) => Promise<void>;
  private readonly now: () => number;

  constructor(save: (progress: number) => Promise<void>, from: number | null, now: () => number = () => Date.now()) {
    this.save = save;
    this.sent = from;
    this.now = now;
    this.sentAt = now();
  }

  at(progress: number): void {
    this.pending = progress;
    if (this.now() - this.sentAt >= EVERY_MS) this.flush();
  }

  /** At once: on pause, on leaving, at the end. */
  flush(): void {
    const progress = this.pending;
    this.pending = null;
    if (progress === null || progress === this.sent) return;
    const before = this.sent;
    this.sent = progress;
    this.sentAt = this.now();
    this.save(progress).catch(() => {
      if (this.sent !== progress) return;
      this.sent = before;
      this.pending ??= progress;
    });
  }
}
