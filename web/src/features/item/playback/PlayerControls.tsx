import { Menu, Tooltip } from '@mantine/core';
import { Captions as CaptionsIcon, Check, Settings2, Volume1, Volume2, VolumeX } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Player.module.css';
import type { Conversion, Playback, PlaybackState } from './playback';
import { type Captions, languageName } from './useCaptions';
import { SPEEDS } from './usePlayback';

interface ControlProps {
  label: string;
  onClick: () => void;
  children: ReactNode;
  large?: boolean;
  /** Only where there is room. */
  wide?: boolean;
  pressed?: boolean;
}

export function Control({ label, onClick, children, large = false, wide = false, pressed }: ControlProps) {
  return (
    <Tooltip label={label} withinPortal={false}>
      <button
        type="button"
        className={classes.control}
        data-large={large || undefined}
        data-wide={wide || undefined}
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

/** Which captions are shown. */
export function CaptionsMenu({ captions: { tracks, chosen, choose } }: { captions: Captions }) {
  return (
    <ChoiceMenu
      label="Captions"
      icon={<CaptionsIcon size={20} />}
      on={chosen !== null}
      choices={[
        { key: 'off', name: 'Off', chosen: chosen === null, choose: () => choose(null) },
        ...tracks.map(({ url, language }, index) => ({
          key: url,
          name: languageName(language),
          chosen: chosen === index,
          choose: () => choose(index),
        })),
      ]}
    />
  );
}

interface FormMenuProps {
  playback: Playback;
  chosen: number | null;
  conversions: readonly Conversion[];
}

/** The file as it is, or converted while it is watched. */
export function FormMenu({ playback, chosen, conversions }: FormMenuProps) {
  return (
    <ChoiceMenu
      label="Quality"
      icon={<Settings2 size={20} />}
      on={chosen !== null}
      choices={[
        { key: 'file', name: 'As it is', chosen: chosen === null, choose: () => playback.choose(null) },
        ...conversions.map(({ url, label }, index) => ({
          key: url,
          name: `Converted: ${label}`,
          chosen: chosen === index,
          choose: () => playback.choose(index),
        })),
      ]}
    />
  );
}

interface Choice {
  key: string;
  name: string;
  chosen: boolean;
  choose: () => void;
}

interface ChoiceMenuProps {
  label: string;
  icon: ReactNode;
  on: boolean;
  choices: readonly Choice[];
}

function ChoiceMenu({ label, icon, on, choices }: ChoiceMenuProps) {
  return (
    <Menu position="top" withinPortal={false}>
      <Menu.Target>
        <button type="button" className={classes.control} data-on={on || undefined} aria-label={label} title={label}>
          {icon}
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.choices}>
        {choices.map(({ key, name, chosen, choose }) => (
          <Menu.Item
            key={key}
            rightSection={chosen ? <Check size={14} aria-label="chosen" /> : undefined}
            onClick={choose}
          >
            {name}
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
