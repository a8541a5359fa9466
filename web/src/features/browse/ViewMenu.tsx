import { ActionIcon, Popover, SegmentedControl } from '@mantine/core';
import { SlidersHorizontal } from 'lucide-react';
import type { BrowseState } from '@/core/browseState';
import { usePreferences } from '@/ui/preferences';
import classes from './BrowsePage.module.css';

interface ViewMenuProps {
  view: BrowseState['view'];
  onView: (view: BrowseState['view']) => void;
}

export function ViewMenu({ view, onView }: ViewMenuProps) {
  const [{ size, shape, fit }, setPreferences] = usePreferences();
  return (
    <Popover position="bottom-end" width={300} trapFocus>
      <Popover.Target>
        <ActionIcon size={36} aria-label="View options">
          <SlidersHorizontal size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={classes.viewMenu}>
        <Choice label="View" value={view} options={{ grid: 'Grid', list: 'List', pages: 'Pages' }} onChange={onView} />
        {view !== 'list' && (
          <>
            <Choice
              label="Card size"
              value={size}
              options={{ S: 'Small', M: 'Medium', L: 'Large' }}
              onChange={(next) => setPreferences({ size: next })}
            />
            <Choice
              label="Card shape"
              value={shape}
              options={{ auto: 'Auto', poster: 'Poster', square: 'Square', wide: 'Wide' }}
              onChange={(next) => setPreferences({ shape: next })}
            />
            <Choice
              label="Pictures"
              value={fit}
              options={{ cover: 'Fill the card', contain: 'Show whole' }}
              onChange={(next) => setPreferences({ fit: next })}
            />
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const data = (Object.keys(options) as T[]).map((one) => ({ value: one, label: options[one] }));
  return (
    <fieldset className={classes.choice}>
      <legend>{label}</legend>
      <SegmentedControl fullWidth size="xs" aria-label={label} value={value} onChange={onChange} data={data} />
    </fieldset>
  );
}
