import { Menu } from '@mantine/core';
import { Check, Moon, Pause, Play, RotateCcw, RotateCw, SkipBack, SkipForward } from 'lucide-react';
import type { Item } from '@/api/types';
import { formatDuration, formatSpan } from '@/core/format';
import { ChapterList } from './ChapterList';
import classes from './Player.module.css';
import { Control, SpeedMenu, VolumeControl } from './PlayerControls';
import { SeekBar } from './SeekBar';
import { chapterAt, nextStart, previousStart, timedChapters } from './timeline';
import { Unplayable } from './Unplayable';
import { useMediaSession } from './useMediaSession';
import { usePlayback } from './usePlayback';
import { usePlayerKeys } from './usePlayerKeys';
import { SLEEP_CHOICES, type Sleep, sleepLabel, useSleepTimer } from './useSleepTimer';

/** Books are long and listened to with half an ear: 30 seconds back finds the thread again. */
const SKIP_SECONDS = 30;

export function AudioPlayer({ item }: { item: Item }) {
  const { playback, state, ref } = usePlayback<HTMLAudioElement>(item, 'audio');
  const chapters = timedChapters(item);
  const current = chapterAt(chapters, state.time);
  const previous = () => playback.seek(previousStart(chapters, playback.snapshot().time));
  const next = () => playback.seek(nextStart(chapters, playback.snapshot().time) ?? playback.snapshot().time);
  const sleep = useSleepTimer(playback, current);
  usePlayerKeys(playback, { skipSeconds: SKIP_SECONDS, ...(chapters.length > 1 && { previous, next }) });
  useMediaSession(item, playback, state, chapters[current]?.title);
  const left = state.total === null ? null : (state.total - state.time) / state.speed;
  return (
    <section className={classes.audio} aria-label="Player" data-player>
      {/* biome-ignore lint/a11y/useMediaCaption: there is no text to caption a recording with */}
      <audio ref={ref} preload="metadata" />
      {state.trouble ? (
        <Unplayable trouble={state.trouble} file={item.files[state.file]} onRetry={playback.retry} />
      ) : (
        <>
          <div className={classes.nowPlaying}>
            <strong>{chapters[current]?.title ?? item.title}</strong>
            {left !== null && <span>{state.ended ? 'Finished' : `${formatSpan(left)} left`}</span>}
          </div>
          <SeekBar {...state} chapters={chapters} onSeek={playback.seek} />
          <div className={classes.audioClock}>
            <span>{formatDuration(state.time)}</span>
            <span>{formatDuration(state.total)}</span>
          </div>
          <div className={classes.transport}>
            {chapters.length > 1 && (
              <Control label="Previous chapter" onClick={previous}>
                <SkipBack size={20} />
              </Control>
            )}
            <Control label="Back 30 seconds" onClick={() => playback.skip(-SKIP_SECONDS)}>
              <RotateCcw size={22} />
              <small>30</small>
            </Control>
            <Control large label={state.playing ? 'Pause' : 'Play'} onClick={playback.toggle}>
              {state.playing ? <Pause size={26} fill="currentColor" /> : <Play size={26} fill="currentColor" />}
            </Control>
            <Control label="Forward 30 seconds" onClick={() => playback.skip(SKIP_SECONDS)}>
              <RotateCw size={22} />
              <small>30</small>
            </Control>
            {chapters.length > 1 && (
              <Control label="Next chapter" onClick={next}>
                <SkipForward size={20} />
              </Control>
            )}
          </div>
          <div className={classes.audioMore}>
            <VolumeControl playback={playback} state={state} />
            <SpeedMenu playback={playback} speed={state.speed} />
            <SleepMenu sleep={sleep.chosen} onChoose={sleep.choose} withChapters={chapters.length > 1} />
          </div>
        </>
      )}
      {chapters.length > 1 && <ChapterList chapters={chapters} current={current} onPick={playback.seek} />}
    </section>
  );
}

interface SleepMenuProps {
  sleep: Sleep;
  onChoose: (sleep: Sleep) => void;
  withChapters: boolean;
}

function SleepMenu({ sleep, onChoose, withChapters }: SleepMenuProps) {
  const choices = SLEEP_CHOICES.filter((one) => withChapters || one !== 'chapter');
  return (
    <Menu position="top">
      <Menu.Target>
        <button
          type="button"
          className={classes.control}
          data-text
          data-on={sleep !== null || undefined}
          aria-label={`Sleep timer: ${sleepLabel(sleep)}`}
        >
          <Moon size={16} aria-hidden="true" />
          {sleep !== null && <span>{sleepLabel(sleep)}</span>}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Stop playing</Menu.Label>
        {choices.map((one) => (
          <Menu.Item
            key={String(one)}
            rightSection={one === sleep ? <Check size={14} aria-label="chosen" /> : undefined}
            onClick={() => onChoose(one)}
          >
            {sleepLabel(one)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
