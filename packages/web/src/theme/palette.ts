import type { MantineColorsTuple } from '@mantine/core'

/** Primary green. Shade 7 carries white text at more than 6:1, shade 6 at more than 4.5:1. */
export const evergreen: MantineColorsTuple = [
  '#eef7f1',
  '#dceee2',
  '#b8dcc5',
  '#8fc9a6',
  '#67b386',
  '#449b69',
  '#2b7f52',
  '#1f6b44',
  '#185437',
  '#113d28',
]

/** Greys with a little green in them, so that the dark page does not turn blue. */
export const night: MantineColorsTuple = [
  '#e4eae6',
  '#c5cdc8',
  '#a5afa9',
  '#7f8a84',
  '#4d5852',
  '#37413c',
  '#232b27',
  '#151b18',
  '#101512',
  '#0b0f0d',
]
