/** The evergreen on its tile, in a box of 32 by 32. */
export const logoShape = {
  tile: '#1f6b44',
  tree: '#eaf6ee',
  crown: 'M16 4.6 21.4 12h-2.5l4.6 6.2h-3l5 6.4H6.5l5-6.4h-3l4.6-6.2h-2.5z',
  trunk: 'M14.6 24.6h2.8v3.2h-2.8z',
} as const
