import classes from './provider-mark.module.css'

/** A provider's first letter on a quiet tile: no foreign logos, so nothing to load and no trademarks to keep. */
export function ProviderMark({ name, size = 40 }: { name: string; size?: number }) {
  return (
    <span className={classes.mark} style={{ width: size, height: size, fontSize: size * 0.44 }} aria-hidden>
      {name.trim().charAt(0).toUpperCase()}
    </span>
  )
}
