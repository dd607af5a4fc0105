import { Button, type CSSVariablesResolver, createTheme } from '@mantine/core'
import { evergreen, night } from './palette.ts'

export const theme = createTheme({
  primaryColor: 'evergreen',
  primaryShade: { light: 7, dark: 6 },
  colors: { evergreen, dark: night },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  components: {
    // A long name in a button wraps instead of widening a small screen. The box of a label is trimmed to its capitals:
    // what stands out of them, as in Ä and g, is not cut off.
    Button: Button.extend({
      styles: {
        root: { height: 'auto', maxWidth: '100%' },
        inner: { minHeight: 'calc(var(--button-height) - 2px)' },
        label: { whiteSpace: 'normal', overflowWrap: 'anywhere', overflow: 'visible' },
      },
    }),
  },
  headings: { fontWeight: '650', textWrap: 'balance' },
})

/** Text colours that keep 4.5:1 on our surfaces, where Mantine's defaults do not. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f6f8f5',
    '--mantine-color-text': '#1b2620',
    '--mantine-color-dimmed': '#55635b',
    '--mantine-color-placeholder': '#66746c',
    '--mantine-color-error': '#b42318',
    '--mantine-color-default-border': '#d3dbd6',
    '--surface': '#ffffff',
    '--surface-quiet': '#f0f4f1',
    '--line': '#e1e8e3',
  },
  dark: {
    '--mantine-color-body': night[8],
    '--mantine-color-text': night[0],
    '--mantine-color-dimmed': night[2],
    '--mantine-color-placeholder': '#8e9993',
    '--mantine-color-error': '#ff9b91',
    '--mantine-color-anchor': evergreen[3],
    '--mantine-color-default-border': '#39443e',
    '--surface': '#171e1a',
    '--surface-quiet': '#1e2622',
    '--line': '#29332d',
  },
})
