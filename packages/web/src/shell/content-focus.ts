import { type RefObject, useEffect, useRef } from 'react'

/**
 * A new screen begins at its content, for the keyboard and for a screen reader, as a newly loaded page would.
 * The first one is left to the browser.
 */
export function useContentFocus(pathname: string): RefObject<HTMLElement | null> {
  const content = useRef<HTMLElement>(null)
  const shown = useRef(pathname)
  useEffect(() => {
    if (shown.current === pathname) return
    shown.current = pathname
    content.current?.focus({ preventScroll: true })
  }, [pathname])
  return content
}
