import { Drawer } from '@mantine/core';
import type { BrowseState } from '@/core/browseState';
import { plural } from '@/core/format';
import { FilterPanel } from './FilterPanel';
import type { ChangeBrowse } from './useBrowse';

interface FilterDrawerProps {
  opened: boolean;
  onClose: () => void;
  total: number | null;
  state: BrowseState;
  change: ChangeBrowse;
}

/** The filters where there is no room for them beside the pictures. Its title counts along. */
export default function FilterDrawer({ opened, onClose, total, state, change }: FilterDrawerProps) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={340}
      title={total === null ? 'Filters' : plural(total, 'item')}
      closeButtonProps={{ 'aria-label': 'Close the filters' }}
    >
      <FilterPanel state={state} change={change} />
    </Drawer>
  );
}
