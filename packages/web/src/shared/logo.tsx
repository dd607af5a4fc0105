import { logoShape } from './logo-shape.ts'

/** The evergreen. Decorative: the word beside it is what a screen reader reads. */
export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill={logoShape.tile} />
      <path d={logoShape.crown} fill={logoShape.tree} />
      <path d={logoShape.trunk} fill={logoShape.tree} />
    </svg>
  )
}
