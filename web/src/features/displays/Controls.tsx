import { ActionIcon, type ActionIconProps, Slider, VisuallyHidden } from '@mantine/core';
import { Pause, Play, SkipBack, SkipForward, Square, Volume1, Volume2, VolumeX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Display } from '@/api/displays';
import classes from './Displays.module.css';
import type { Remote } from './useDisplays';

/** Play, pause, stop, previous, next, and the sound. */
export function Controls({ display, remote }: { display: Display; remote: Remote }) {
  const { state, current } = display;
  const playing = state === 'playing';
  return (
    <fieldset className={classes.controls}>
      <VisuallyHidden component="legend">Remote control</VisuallyHidden>
      <Control label="Previous" disabled={!current} onClick={() => remote.skip('previous')}>
        <SkipBack size={19} />
      </Control>
      <Control
        label={playing ? 'Pause' : 'Play'}
        variant="filled"
        color="indigo"
        size={44}
        onClick={() => remote.wish(playing ? 'pause' : 'play')}
      >
        {playing ? <Pause size={20} fill="currentColor" /> : <Play size={20} fill="currentColor" />}
      </Control>
      <Control label="Stop" disabled={state === 'stopped'} onClick={() => remote.wish('stop')}>
        <Square size={17} fill="currentColor" />
      </Control>
      <Control label="Next" disabled={!current} onClick={() => remote.skip('next')}>
        <SkipForward size={19} />
      </Control>
      <Sound display={display} remote={remote} />
    </fieldset>
  );
}

interface ControlProps extends ActionIconProps {
  label: string;
  onClick: () => void;
  children: ReactNode;
}

function Control({ label, children, ...rest }: ControlProps) {
  return (
    <ActionIcon size={40} radius="xl" aria-label={label} title={label} {...rest}>
      {children}
    </ActionIcon>
  );
}

function Sound({ display, remote }: { display: Display; remote: Remote }) {
  const { volume, muted } = display;
  const [wanted, setWanted] = useState<number | null>(null);
  const level = wanted ?? volume;
  const Icon = muted || level === 0 ? VolumeX : level < 50 ? Volume1 : Volume2;
  return (
    <span className={classes.sound}>
      <Control label={muted ? 'Sound on' : 'Mute'} onClick={() => remote.sound({ muted: !muted })}>
        <Icon size={20} />
      </Control>
      <Slider
        className={classes.volume ?? ''}
        size="sm"
        min={0}
        max={100}
        step={5}
        label={(value) => `${value} %`}
        thumbLabel="Volume"
        color={muted ? 'gray' : 'indigo'}
        value={level}
        onChange={setWanted}
        onChangeEnd={(value) => {
          setWanted(null);
          remote.sound(muted && value > 0 ? { volume: value, muted: false } : { volume: value });
        }}
      />
    </span>
  );
}
