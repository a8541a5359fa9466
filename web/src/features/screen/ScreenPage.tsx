import { Maximize, MonitorPlay, Pause, Square, Volume2, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { codeGroups } from '@/ui/pairingCode';
import { codeInAddress } from './code';
import { ScreenEngine, type ScreenView } from './engine';
import { isPaused, newPlayer } from './player';
import classes from './Screen.module.css';
import { useAwake, useQuiet } from './useAwake';

const NOTHING: ScreenView = { player: newPlayer(), code: null, silenced: false };
const noNews = () => () => {};
const nothing = () => NOTHING;

/** A screen on a wall. It needs no account and no hand: it shows its code until somebody claims it, and then plays. */
export function ScreenPage() {
  const root = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const [engine, setEngine] = useState<ScreenEngine | null>(null);
  useEffect(() => {
    if (!stage.current) return;
    const started = new ScreenEngine(stage.current, classes, codeInAddress());
    setEngine(started);
    return () => started.close();
  }, []);
  const view = useSyncExternalStore(engine?.subscribe ?? noNews, engine?.snapshot ?? nothing);
  useAwake();
  const quiet = useQuiet();
  const touch = () => {
    engine?.allowSound();
    fillScreen(root.current);
  };
  const { player } = view;
  const rotate = player.told?.settings.rotate ?? 0;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a tap anywhere does what the buttons do, which have keys
    // biome-ignore lint/a11y/noStaticElementInteractions: as above
    <div ref={root} className={classes.root} data-quiet={quiet || undefined} onClick={touch}>
      <div className={classes.turned} data-rotate={rotate}>
        <div ref={stage} className={classes.stage} data-stage />
        <Sign view={view} />
        {isPaused(player) && player.play !== null && (
          <p className={classes.badge}>
            <Pause size={22} fill="currentColor" aria-hidden="true" />
            Paused
          </p>
        )}
        <div className={classes.offers} data-quiet={quiet || undefined}>
          {view.silenced && player.told?.muted === false && (
            <button type="button" className={classes.offer}>
              <Volume2 size={22} aria-hidden="true" />
              Tap for sound
            </button>
          )}
          {!quiet && document.fullscreenEnabled && document.fullscreenElement === null && (
            <button type="button" className={classes.offer}>
              <Maximize size={20} aria-hidden="true" />
              Full screen
            </button>
          )}
        </div>
        <p className={classes.dot} role="status" data-offline={!player.online || undefined}>
          {!player.online && (
            <>
              <WifiOff size={14} aria-hidden="true" />
              <span>No connection</span>
            </>
          )}
        </p>
      </div>
    </div>
  );
}

/** What is to be read while nothing plays. */
function Sign({ view: { player, code } }: { view: ScreenView }) {
  const { told, play, waiting, online } = player;
  if (play !== null || waiting) return null;
  if (told === null) {
    return (
      <Card icon={<MonitorPlay size={40} strokeWidth={1.4} aria-hidden="true" />} title="Longshelf">
        {online ? 'One moment …' : 'The server does not answer yet. This screen goes on asking.'}
      </Card>
    );
  }
  if (told.state === 'pairing') return code === null ? null : <Pairing code={code} />;
  if (told.state === 'stopped') {
    return (
      <Card icon={<Square size={36} strokeWidth={1.4} aria-hidden="true" />} title={told.name || 'Longshelf'}>
        Stopped
      </Card>
    );
  }
  return (
    <Card icon={<MonitorPlay size={40} strokeWidth={1.4} aria-hidden="true" />} title={told.name || 'Longshelf'}>
      {online
        ? told.note || 'There is nothing to play here yet.'
        : 'The server does not answer, and nothing is stored here to play meanwhile.'}
    </Card>
  );
}

function Pairing({ code }: { code: string }) {
  const [first, second] = codeGroups(code);
  return (
    <main className={classes.sign}>
      <h1 className={classes.pairTitle}>This screen is not paired yet</h1>
      <p className={classes.code}>
        <span className={classes.unseen}>Pairing code {[...first, ...second].join(' ')}</span>
        <span aria-hidden="true">{first}</span>
        <span aria-hidden="true">{second}</span>
      </p>
      <ol className={classes.steps}>
        <li>
          Open <b>{addressOfServer()}</b> on your phone or computer.
        </li>
        <li>
          Go to <b>Displays</b> and choose <b>Add a display</b>.
        </li>
        <li>Type this code.</li>
      </ol>
    </main>
  );
}

function Card({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <main className={classes.sign}>
      {icon}
      <h1 className={classes.signTitle}>{title}</h1>
      <p className={classes.signText}>{children}</p>
    </main>
  );
}

/** Where people reach this server, as this screen does. */
function addressOfServer(): string {
  const { host, pathname } = new URL(document.baseURI);
  return `${host}${pathname.replace(/\/$/, '')}`;
}

/** Only within a touch, and not everywhere: a screen that may not fill itself plays all the same. */
function fillScreen(element: HTMLElement | null): void {
  if (!element || document.fullscreenElement || !document.fullscreenEnabled) return;
  element.requestFullscreen({ navigationUI: 'hide' }).catch(() => {});
}
