import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Maximize, Minimize, Pause, PictureInPicture2, Play, SkipBack, SkipForward } from 'lucide-react';
import { type CSSProperties, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { serverUrl } from '@/api/client';
import type { Item } from '@/api/types';
import { formatDuration } from '@/core/format';
import { coverUrl } from '@/ui/Cover';
import { ChapterList } from './ChapterList';
import classes from './Player.module.css';
import { CaptionsMenu, Control, FormMenu, SpeedMenu, VolumeControl } from './PlayerControls';
import { hopelessFormat } from './playable';
import type { Conversion, Playback, PlaybackState } from './playback';
import { type PlaybackInfo, playbackInfoQuery } from './playbackInfo';
import { SeekBar } from './SeekBar';
import { chapterAt, nextStart, previousStart, type TimedChapter, timedChapters } from './timeline';
import { Unplayable } from './Unplayable';
import { type Captions, useCaptions } from './useCaptions';
import { usePlayback } from './usePlayback';
import { usePlayerKeys } from './usePlayerKeys';
import { type Sprites, useSprites } from './useSprites';

const CONTROLS_REST_MS = 2_500;

export function VideoPlayer({ item }: { item: Item }) {
  const [file] = item.files;
  const there = file !== undefined && item.files.some((one) => !one.missing);
  const { data: info, isPending } = useQuery({ ...playbackInfoQuery(item.id), enabled: there });
  if (!there) return <Stage item={item} trouble="missing" />;
  if (!hopelessFormat(file)) return <Player item={item} info={info} />;
  if (isPending) return <Stage item={item} trouble={null} />;
  return info?.sources.some(({ converted }) => converted) ? (
    <Player item={item} info={info} converted />
  ) : (
    <Stage item={item} trouble="unsupported" />
  );
}

function Stage({ item, trouble }: { item: Item; trouble: 'missing' | 'unsupported' | null }) {
  return (
    <div className={classes.stage} style={shapeOf(item)}>
      {item.cover && <img className={classes.ghost} src={coverUrl(item.cover, 768)} alt="" />}
      {trouble ? (
        <Unplayable trouble={trouble} file={item.files[0]} />
      ) : (
        <Loader className={classes.waiting} color="white" />
      )}
    </div>
  );
}

interface PlayerProps {
  item: Item;
  info: PlaybackInfo | undefined;
  /** The file itself is of no use: begin with what it is converted into. */
  converted?: boolean;
}

const NO_TRACKS: PlaybackInfo['captions'] = [];
const NO_MARKERS: PlaybackInfo['markers'] = [];

function Player({ item, info, converted = false }: PlayerProps) {
  const conversions = useMemo(() => conversionsOf(info), [info]);
  const { playback, state, ref } = usePlayback<HTMLVideoElement>(item, 'video', { conversions, converted });
  const captions = useCaptions(info?.captions ?? NO_TRACKS, playback);
  const sprites = useSprites(info?.sprites);
  const stage = useRef<HTMLDivElement>(null);
  const full = useFullScreen(stage);
  const chapters = timedChapters(item);
  const markers = info?.markers ?? NO_MARKERS;
  const awake = useAwakeControls(stage, state.playing);
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (state.playing) setTouched(true);
  }, [state.playing]);
  usePlayerKeys(playback, {
    skipSeconds: 10,
    fullScreen: full.toggle,
    ...(chapters.length > 1 && {
      previous: () => playback.seek(previousStart(chapters, playback.snapshot().time)),
      next: () => playback.seek(nextStart(chapters, playback.snapshot().time) ?? playback.snapshot().time),
    }),
  });
  return (
    <>
      <div
        ref={stage}
        className={classes.stage}
        style={shapeOf(item)}
        data-player
        data-full={full.on || undefined}
        data-asleep={(state.playing && !awake) || undefined}
      >
        {/* biome-ignore lint/a11y/useMediaCaption: captions inside the file the browser offers itself, others are drawn below */}
        <video
          ref={ref}
          className={classes.video}
          preload="metadata"
          playsInline
          poster={item.cover && !touched ? coverUrl(item.cover, 768) : undefined}
          onClick={playback.toggle}
          onDoubleClick={full.toggle}
        />
        {state.trouble ? (
          <Unplayable
            trouble={state.trouble}
            file={item.files[state.file]}
            reason={state.reason}
            onRetry={playback.retry}
          />
        ) : (
          <>
            {captions.line && <p className={classes.captions}>{captions.line}</p>}
            {state.waiting && <Loader className={classes.waiting} color="white" />}
            {!state.playing && !state.waiting && (
              <button type="button" className={classes.bigPlay} aria-label="Play" onClick={playback.play}>
                <Play size={34} fill="currentColor" aria-hidden="true" />
              </button>
            )}
            <VideoBar
              playback={playback}
              state={state}
              chapters={chapters}
              full={full}
              video={ref}
              captions={captions}
              sprites={sprites}
              conversions={conversions}
            />
          </>
        )}
      </div>
      {(chapters.length > 1 || markers.length > 0) && (
        <ChapterList
          chapters={chapters}
          current={chapterAt(chapters, state.time)}
          onPick={playback.seek}
          markers={markers}
          sprites={sprites}
        />
      )}
    </>
  );
}

interface BarProps {
  playback: Playback;
  state: PlaybackState;
  chapters: readonly TimedChapter[];
  full: { on: boolean; toggle: () => void };
  video: RefObject<HTMLVideoElement | null>;
  captions: Captions;
  sprites: Sprites;
  conversions: readonly Conversion[];
}

function VideoBar({ playback, state, chapters, full, video, captions, sprites, conversions }: BarProps) {
  return (
    <div className={classes.bar}>
      <SeekBar {...state} chapters={chapters} onSeek={playback.seek} sprites={sprites} />
      <div className={classes.buttons}>
        <Control label={state.playing ? 'Pause' : 'Play'} onClick={playback.toggle}>
          {state.playing ? <Pause size={22} fill="currentColor" /> : <Play size={22} fill="currentColor" />}
        </Control>
        {chapters.length > 1 && (
          <>
            <Control label="Previous chapter" onClick={() => playback.seek(previousStart(chapters, state.time))}>
              <SkipBack size={20} />
            </Control>
            <Control
              label="Next chapter"
              onClick={() => playback.seek(nextStart(chapters, state.time) ?? state.total ?? state.time)}
            >
              <SkipForward size={20} />
            </Control>
          </>
        )}
        <VolumeControl playback={playback} state={state} />
        <span className={classes.clock}>
          {formatDuration(state.time)} / {formatDuration(state.total) || '–:––'}
        </span>
        <span className={classes.barChapter}>{chapters[chapterAt(chapters, state.time)]?.title}</span>
        {captions.tracks.length > 0 && <CaptionsMenu captions={captions} />}
        {conversions.length > 0 && <FormMenu playback={playback} chosen={state.conversion} conversions={conversions} />}
        <SpeedMenu playback={playback} speed={state.speed} />
        {document.pictureInPictureEnabled && (
          <Control label="Picture in picture" wide onClick={() => void togglePip(video.current)}>
            <PictureInPicture2 size={20} />
          </Control>
        )}
        <Control label={full.on ? 'Leave full screen' : 'Full screen'} onClick={full.toggle}>
          {full.on ? <Minimize size={20} /> : <Maximize size={20} />}
        </Control>
      </div>
    </div>
  );
}

function conversionsOf(info: PlaybackInfo | undefined): Conversion[] {
  const made = info?.sources.filter(({ converted }) => converted) ?? [];
  return made.map(({ url, label }) => ({ url: serverUrl(url), label }));
}

async function togglePip(video: HTMLVideoElement | null): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video?.requestPictureInPicture();
  } catch {
    // Refused, for example before the first frame is there: the button simply does nothing.
  }
}

function useFullScreen(box: RefObject<HTMLElement | null>) {
  const [on, setOn] = useState(false);
  useEffect(() => {
    const follow = () => setOn(document.fullscreenElement !== null && document.fullscreenElement === box.current);
    document.addEventListener('fullscreenchange', follow);
    return () => document.removeEventListener('fullscreenchange', follow);
  }, [box]);
  const toggle = () => void (on ? document.exitFullscreen() : box.current?.requestFullscreen?.());
  return { on, toggle };
}

/** True for a while after the pointer or a key moved. */
function useAwakeControls(box: RefObject<HTMLElement | null>, playing: boolean): boolean {
  const [awake, setAwake] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: starting to play starts the wait anew
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let timer = 0;
    const wake = () => {
      setAwake(true);
      clearTimeout(timer);
      timer = window.setTimeout(() => setAwake(false), CONTROLS_REST_MS);
    };
    wake();
    const kinds = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const kind of kinds) element.addEventListener(kind, wake);
    return () => {
      clearTimeout(timer);
      for (const kind of kinds) element.removeEventListener(kind, wake);
    };
  }, [box, playing]);
  return awake;
}

/** The box has the shape of the picture before the picture is there, so that nothing moves. */
function shapeOf(item: Item): CSSProperties {
  const { width, height } = item;
  return { '--ratio': width && height ? width / height : 16 / 9 } as CSSProperties;
}
