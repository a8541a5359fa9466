import classes from './Options.module.css';

/** For Select, MultiSelect and TagsInput. */
export const OPTION_LIST = { withScrollArea: false, classNames: { options: classes.options ?? '' } } as const;
