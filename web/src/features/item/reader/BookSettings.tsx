import { ActionIcon, Popover, SegmentedControl } from '@mantine/core';
import { AArrowDown, AArrowUp, Type } from 'lucide-react';
import classes from './Reader.module.css';
import type { Paper, ReaderSettings } from './useReaderSettings';

interface BookSettingsProps {
  settings: ReaderSettings;
  onChange: (changes: Partial<ReaderSettings>) => void;
}

export function BookSettings({ settings, onChange }: BookSettingsProps) {
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <button type="button" className={classes.tool} aria-label="Letters and paper">
          <Type size={19} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.letters}>
          <ActionIcon
            size={40}
            aria-label="Smaller letters"
            disabled={settings.letters <= 70}
            onClick={() => onChange({ letters: settings.letters - 10 })}
          >
            <AArrowDown size={20} />
          </ActionIcon>
          <span>{settings.letters} %</span>
          <ActionIcon
            size={40}
            aria-label="Larger letters"
            disabled={settings.letters >= 200}
            onClick={() => onChange({ letters: settings.letters + 10 })}
          >
            <AArrowUp size={20} />
          </ActionIcon>
        </div>
        <SegmentedControl
          aria-label="Paper"
          value={settings.paper}
          onChange={(paper) => onChange({ paper: paper as Paper })}
          data={[
            { value: 'light', label: 'Light' },
            { value: 'sepia', label: 'Sepia' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
