import { SegmentedControl, Switch, Text } from '@mantine/core';
import { useId } from 'react';
import type { AudioMode, NewLibrary } from './librariesApi';

type Options = NewLibrary['options'];

const AUDIO: readonly { value: AudioMode; label: string; text: string }[] = [
  { value: 'auto', label: 'Judge each', text: 'Long recordings and M4B files become audiobooks, the rest music.' },
  { value: 'audiobook', label: 'Audiobooks', text: 'The audio files of a folder are one book.' },
  { value: 'track', label: 'Music', text: 'Every audio file is a track of its own.' },
];

export const USUAL_OPTIONS: Options = { audio: 'auto', follow_links: false, watch: true };

/** How the folders of a library are read. */
export function OptionFields({ options, onChange }: { options: Options; onChange: (options: Options) => void }) {
  const audioLabel = useId();
  return (
    <>
      <div>
        <Text component="div" fw={500} mb={6} id={audioLabel}>
          Audio files are
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby={audioLabel}
          value={options.audio}
          onChange={(value) => onChange({ ...options, audio: value as AudioMode })}
          data={AUDIO.map(({ value, label }) => ({ value, label }))}
        />
        <Text size="sm" c="dimmed" mt={6}>
          {AUDIO.find((one) => one.value === options.audio)?.text}
        </Text>
      </div>
      <Switch
        label="Watch for changes"
        description="New and changed files appear without a scan."
        checked={options.watch}
        onChange={(event) => onChange({ ...options, watch: event.currentTarget.checked })}
      />
      <Switch
        label="Follow links"
        description="Go into folders that are symbolic links."
        checked={options.follow_links}
        onChange={(event) => onChange({ ...options, follow_links: event.currentTarget.checked })}
      />
    </>
  );
}
