import { Fragment, type ReactNode } from 'react'

/** An address or a name that may be long: it goes on in the next line behind its @, before it is broken anywhere. */
export function breakable(text: string): ReactNode {
  const parts = text.split(/(?<=@)/)
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text do not change places.
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}
