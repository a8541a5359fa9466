import classes from './Options.module.css';

/** For Select, MultiSelect and TagsInput. Aligned to the start: centred, a list on a phone is placed before it has its width. */
export const OPTION_LIST = {
  withScrollArea: false,
  classNames: { options: classes.options ?? '' },
  comboboxProps: { position: 'bottom-start' },
} as const;
