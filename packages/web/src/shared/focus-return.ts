import { useEffect, useMemo } from 'react'

/**
 * Gives the focus back to what opened a dialog. An entry of a menu is gone by then: the button of the menu gets it.
 * Somebody who was led elsewhere meanwhile, to another screen, stays there.
 */
export function useFocusReturn(opened: boolean): void {
  // While it is being rendered: when the dialog is there, the menu that opened it is not.
  const back = useMemo(() => (opened ? opener() : undefined), [opened])
  useEffect(() => {
    if (!back) return
    return () => {
      window.setTimeout(() => {
        const { activeElement: now, body } = document
        const left = now === null || now === body || now.closest('[role=dialog]') !== null
        if (left) back.focus({ preventScroll: true })
      })
    }
  }, [back])
}

function opener(): HTMLElement | undefined {
  const { activeElement } = document
  const menu = activeElement?.closest('[role=menu]')
  const by = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : activeElement
  return by instanceof HTMLElement ? by : undefined
}
