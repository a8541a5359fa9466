/** Ties the parts of a screen together: what happens goes into `step`, and what comes out is carried out on the stage. */
import { serverUrl } from '@/api/client';
import { Link } from './link';
import { recall, remember } from './memory';
import { type Happening, isPaused, newPlayer, nextUp, type Player, step, wanted } from './player';
import { MediaShelf } from './shelf';
import { Stage } from './stage';

const WHERE_MS = 5_000;
const OVERDUE_MS = 1_500;
const AGAIN_MS = 8_000;
const DUTY_MS = 1_000;

export interface ScreenView {
  player: Player;
  code: string | null;
  /** The browser let nothing sound, and nobody has touched the screen since. */
  silenced: boolean;
}

export class ScreenEngine {
  private view: ScreenView;
  private readonly listeners = new Set<() => void>();
  private readonly link: Link;
  private readonly shelf: MediaShelf;
  private readonly stage: Stage;
  private readonly duties: number;
  private overdueTimer = 0;
  private stuckAt = 0;
  private saidAt = 0;
  private saidWhat = '';
  private sought = '';
  private shownKey = 0;

  constructor(host: HTMLElement, classes: Record<string, string | undefined>, code: string | null = recall('code')) {
    const same = code !== null && code === recall('code');
    if (!same) for (const name of ['acks', 'left', 'former'] as const) remember(name, null);
    if (code !== null) remember('code', code);
    const acks = recall('acks');
    this.view = {
      player: newPlayer(Array.isArray(acks) ? acks : [], recall('left')),
      code,
      silenced: false,
    };
    this.shelf = new MediaShelf((ids) => this.happen({ type: 'stored', ids }));
    this.stage = new Stage(host, classes, {
      source: (slot, part) => this.shelf.source(slot, part),
      thumb: ({ thumb }) => (thumb === null ? null : serverUrl(thumb)),
      reachable: (url) => this.link.reachable(url),
      onStarted: () => this.saySoon(),
      onEnded: (key, outcome, seconds) => this.happen({ type: 'ended', key, outcome, seconds }),
      onLost: (key, position) => this.happen({ type: 'lost', key, position }),
      onSilenced: () => this.set({ silenced: true }),
      isUseless: (itemId) => this.shelf.isUseless(itemId),
      onUseless: (itemId) => this.shelf.refuse(itemId),
    });
    this.link = new Link({
      code,
      former: recall('former'),
      acks: () => this.view.player.acks,
      onCode: (next) => this.known(next),
      onFormer: (former) => remember('former', former),
      onState: (state) => this.happen({ type: 'told', state }),
      onAnswer: (ack, state) => this.happen({ type: 'answered', ack, state }),
      onOnline: (online) => this.happen({ type: 'online', online }),
      onDoubt: (doubtful) => this.shelf.hold(doubtful),
      onForgotten: () => {
        this.known(null);
        this.happen({ type: 'forgotten' });
      },
    });
    this.duties = window.setInterval(this.duty, DUTY_MS);
    document.addEventListener('visibilitychange', this.looked);
    window.addEventListener('pagehide', this.keepPlace);
  }

  close(): void {
    clearInterval(this.duties);
    clearTimeout(this.overdueTimer);
    document.removeEventListener('visibilitychange', this.looked);
    window.removeEventListener('pagehide', this.keepPlace);
    this.link.close();
    this.stage.close();
    this.shelf.close();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): ScreenView => this.view;

  allowSound(): void {
    remember('sound', true);
    this.stage.allowSound();
    this.set({ silenced: false });
  }

  private readonly happen = (happening: Happening): void => {
    const before = this.view.player;
    const player = step(before, happening);
    if (player === before) return;
    this.set({ player });
    this.carryOut(before, player);
  };

  private set(changes: Partial<ScreenView>): void {
    this.view = { ...this.view, ...changes };
    for (const listener of this.listeners) listener();
  }

  private known(code: string | null): void {
    remember('code', code);
    remember('acks', null);
    remember('left', null);
    this.set({ code });
  }

  private carryOut(before: Player, player: Player): void {
    const { play, told } = player;
    if (told) {
      this.stage.sound(told.volume, told.muted);
      this.stage.fit(told.settings.fit);
    }
    this.stage.setOnline(player.online);
    this.stage.pause(isPaused(player));
    if (play && play.key !== this.shownKey) {
      this.shownKey = play.key;
      this.stage.show(play);
    } else if (!play) {
      this.stage.clear(player.waiting);
    }
    this.seek(player);
    if (player.acks !== before.acks) {
      remember('acks', player.acks.length > 0 ? [...player.acks] : null);
      void this.link.send();
    }
    if (isPaused(player) !== isPaused(before)) this.saySoon();
    this.watchForNext(player);
    this.stock(player);
  }

  private seek({ play }: Player): void {
    if (!play?.seek) return;
    const asked = `${play.key} ${play.seek.number}`;
    if (asked === this.sought) return;
    this.sought = asked;
    this.stage.seek(play.seek.seconds);
    this.saySoon();
  }

  private watchForNext({ waiting }: Player): void {
    if (!waiting) {
      clearTimeout(this.overdueTimer);
      this.overdueTimer = 0;
    } else if (this.overdueTimer === 0) {
      this.overdueTimer = window.setTimeout(() => {
        this.overdueTimer = 0;
        this.happen({ type: 'overdue' });
      }, OVERDUE_MS);
    }
  }

  /** What comes is fetched first, then what is here already, for a time without a network. */
  private stock(player: Player): void {
    const [current, ...upcoming] = wanted(player);
    const order = [...upcoming, ...(current ? [current] : []), ...player.shown.toReversed()];
    this.shelf.want(order, this.stage.inUse());
  }

  private readonly duty = (): void => {
    const { player } = this.view;
    this.stage.prepare(nextUp(player));
    if (player.stuck === null) this.stuckAt = performance.now();
    else if (performance.now() - this.stuckAt > AGAIN_MS) this.happen({ type: 'again' });
    if (!player.play) return;
    const what = `${player.play.key} ${isPaused(player)}`;
    if (what === this.saidWhat && performance.now() - this.saidAt < WHERE_MS) return;
    this.saidWhat = what;
    this.saidAt = performance.now();
    this.keepPlace();
    const { slot, replay } = player.play;
    if (replay) return;
    const position = Math.round(this.stage.position() * 10) / 10;
    void this.link.where({ slot_id: slot.id, generation: slot.generation, position, paused: isPaused(player) });
  };

  private saySoon(): void {
    this.saidWhat = '';
    // Not within this very step: several things change together.
    setTimeout(this.duty, 50);
  }

  private readonly keepPlace = (): void => {
    const { player } = this.view;
    if (!player.play || player.play.replay) return;
    remember('left', {
      slotId: player.play.slot.id,
      generation: player.play.slot.generation,
      position: this.stage.position(),
      seekNumber: player.seekDone ?? 0,
    });
  };

  private readonly looked = (): void => {
    if (document.visibilityState === 'visible') this.stage.wake();
  };
}
