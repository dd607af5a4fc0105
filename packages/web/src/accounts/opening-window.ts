import type { Language } from '../languages/languages.ts'
import { logoShape } from '../shared/logo-shape.ts'

const SIZE = { width: 520, height: 720 }

/**
 * Opens the window of the provider. Must be called inside the click: later, browsers take it for an unwanted one.
 * Until its address is known it shows our own words. `undefined`: the browser refused.
 */
export function openWaitingWindow(provider: string, language: Language): Window | undefined {
  const left = Math.max(0, window.screenX + (window.outerWidth - SIZE.width) / 2)
  const top = Math.max(0, window.screenY + (window.outerHeight - SIZE.height) / 2)
  const features = `popup,width=${SIZE.width},height=${SIZE.height},left=${Math.round(left)},top=${Math.round(top)}`
  const opened = window.open('about:blank', '_blank', features)
  if (!opened || opened.closed) return undefined
  write(opened.document, provider, language)
  return opened
}

function write(page: Document, provider: string, { tag, texts: { accounts: texts } }: Language): void {
  const dark = document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark'
  page.title = texts.opening({ provider })
  page.documentElement.lang = tag
  Object.assign(page.body.style, {
    margin: '0',
    minHeight: '100vh',
    display: 'grid',
    placeContent: 'center',
    justifyItems: 'center',
    gap: '10px',
    fontFamily: 'system-ui, sans-serif',
    background: dark ? '#101512' : '#f6f8f5',
    color: dark ? '#e4eae6' : '#1b2620',
  })
  const title = page.createElement('h1')
  title.textContent = texts.opening({ provider })
  Object.assign(title.style, { font: '600 20px system-ui, sans-serif', margin: '8px 0 0' })
  const note = page.createElement('p')
  note.textContent = texts.openingNote
  note.style.margin = '0'
  page.body.replaceChildren(logo(page), title, note)
}

// Drawn, not loaded: an empty page has nothing to load it with yet.
function logo(page: Document): Element {
  const draw = (name: string, attributes: Readonly<Record<string, string>>) => {
    const element = page.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    return element
  }
  const drawing = draw('svg', { viewBox: '0 0 32 32', width: '52', height: '52', 'aria-hidden': 'true' })
  drawing.append(
    draw('rect', { width: '32', height: '32', rx: '9', fill: logoShape.tile }),
    draw('path', { d: logoShape.crown, fill: logoShape.tree }),
    draw('path', { d: logoShape.trunk, fill: logoShape.tree }),
  )
  return drawing
}
