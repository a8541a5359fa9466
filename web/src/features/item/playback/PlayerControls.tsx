import { Menu, Tooltip } from '@mantine/core';
import { Check, Volume1, Volume2, VolumeX } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Player.module.css';
import type { Playback, PlaybackState } from './playback';
import { SPEEDS } from './usePlayback';

interface ControlProps {
  label: string;
  onClick: () => void;
  children: ReactNode;
  large?: boolean;
  pressed?: boolean;
}

export function Control({ label, onClick, children, large = false, pressed }: ControlProps) {
  return (
    <Tooltip label={label} withinPortal={false}>
      <button
        type="button"
        className={classes.control}
        data-large={large || undefined}
        aria-label={label}
        aria-pressed={pressed}
        onClick={onClick}
      >
        {children}
      </button>
    </Tooltip>
  );
}

/** Menus stay inside the player: in full screen nothing outside it is drawn. */
export function SpeedMenu({ playback, speed }: { playback: Playback; speed: number }) {
  return (
    <Menu position="top" withinPortal={false}>
      <Menu.Target>
        <button type="button" className={classes.control} data-text aria-label={`Speed ${speed}×`}>
          {speed}×
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {SPEEDS.map((one) => (
          <Menu.Item
            key={one}
            rightSection={one === speed ? <Check size={14} aria-label="chosen" /> : undefined}
            onClick={() => playback.setSpeed(one)}
          >
            {one}×
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function VolumeControl({ playback, state }: { playback: Playback; state: PlaybackState }) {
  const level = state.muted ? 0 : state.volume;
  const Icon = level === 0 ? VolumeX : level < 0.5 ? Volume1 : Volume2;
  return (
    <div className={classes.volume}>
      <Control label={state.muted ? 'Sound on' : 'Sound off'} onClick={playback.toggleMute}>
        <Icon size={20} />
      </Control>
      <input
        type="range"
        aria-label="Volume"
        min={0}
        max={1}
        step={0.05}
        value={level}
        style={{ '--played': `${level * 100}%` } as React.CSSProperties}
        onChange={(event) => playback.setVolume(Number(event.currentTarget.value))}
      />
    </div>
  );
}
