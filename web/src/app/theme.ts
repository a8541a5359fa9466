/** Neutral greys that leave the colour to the pictures, and one accent for focus, selection and progress. */
import { type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from '@mantine/core';

export const schemeManager = localStorageColorSchemeManager({ key: 'longshelf-scheme' });

const DIALOG_TITLE = { fontSize: 17, fontWeight: 650 };

export const theme = createTheme({
  primaryColor: 'indigo',
  // White text needs shade 7: on Mantine's usual 6 it has a contrast of 4.3, and 4.5 is the minimum.
  primaryShade: { light: 7, dark: 7 },
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  defaultRadius: 8,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  focusRing: 'auto',
  colors: {
    dark: [
      '#e9eaec',
      '#c6c9ce',
      '#a2a7ae',
      '#7d838c',
      '#30343a',
      '#24272c',
      '#1b1d21',
      '#131417',
      '#0f1012',
      '#0b0c0d',
    ],
  },
  components: {
    Modal: {
      defaultProps: {
        radius: 16,
        centered: true,
        transitionProps: { duration: 120 },
        closeButtonProps: { 'aria-label': 'Close' },
        styles: { title: DIALOG_TITLE },
      },
    },
    Drawer: {
      defaultProps: {
        transitionProps: { duration: 150 },
        closeButtonProps: { 'aria-label': 'Close' },
        styles: { title: DIALOG_TITLE },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Menu: { defaultProps: { transitionProps: { duration: 80 } } },
    Popover: { defaultProps: { transitionProps: { duration: 80 } } },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 80 } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  dark: {
    '--mantine-color-body': '#131417',
    '--mantine-color-text': '#e9eaec',
    '--mantine-color-dimmed': '#a2a7ae',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-placeholder': '#8b9199',
  },
  light: {
    '--mantine-color-body': '#fafafa',
    '--mantine-color-text': '#17181a',
    '--mantine-color-dimmed': '#5b6067',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-placeholder': '#70757d',
  },
});
