import classes from './account-avatar.module.css'

/** The first letter on a calm colour that stays the same for the same name. */
export function AccountAvatar({ name, size = 40 }: { name: string; size?: number }) {
  const letter = (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '•').toUpperCase()
  return (
    <span
      className={classes.avatar}
      style={{ width: size, height: size, fontSize: size * 0.42 }}
      data-hue={hue(name)}
      aria-hidden
    >
      {letter}
    </span>
  )
}

function hue(name: string): number {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973
  return sum % 5
}
